import { expect } from 'chai';
import { TASK_LABEL } from '../../src/labels.ts';
import { sliceDisplacement } from '../../src/simulate/displacement.ts';
import type { Condition } from '../../src/simulate/parameters.ts';
import { renderSlice } from '../../src/simulate/render-slice.ts';
import { phaseTime, type ScanPlan } from '../../src/simulate/scan.ts';
import { planExam } from '../../src/simulate/simulate.ts';
import type { Subject } from '../../src/simulate/subject.ts';
import { ahaSegment, cavityEnd, heartTruth, lvVolumeMl } from '../../src/simulate/truth.ts';
import { lvMoment } from '../../src/simulate/kinematics.ts';
import { createWallPlace, locate, valueAt } from '../../src/simulate/wall-grid.ts';
import { addScaled, planeNormal, type Vec3 } from '../../src/volume.ts';

const STILL: Vec3 = [0, 0, 0];

/**
 * A scan of isotropic voxels straight across the whole heart, without breath: a slice is of the left ventricle or not,
 * so that a tilted one cuts off the wall of one side and takes that of the other.
 */
function fineScan(
  seed: number,
  condition: Condition,
  voxelMm: number,
): { subject: Subject; plan: ScanPlan } {
  const matrix = 2 * Math.round(95 / voxelMm);
  const { subject, plan } = planExam(seed, {
    condition,
    matrix,
    pixelSpacingMm: [voxelMm, voxelMm],
    isCentred: true,
    slices: 3,
  });
  const { origin, a, u, v } = subject.placement;
  const half = -((matrix - 1) / 2) * voxelMm;
  const centre = addScaled(origin, a, subject.heart.lv.lengthMm / 2);
  const middle = {
    // Further towards the right ventricle.
    imagePositionPatient: addScaled(addScaled(centre, u, half + 15), v, half),
    imageOrientationPatient: [...u, ...v] as const,
  };
  const normal = planeNormal(middle.imageOrientationPatient);
  const count = 2 * Math.round((subject.heart.lv.lengthMm / 2 + 20) / voxelMm);
  const planes = Array.from({ length: count }, (_, z) => ({
    ...middle,
    imagePositionPatient: addScaled(middle.imagePositionPatient, normal, (z - count / 2) * voxelMm),
  }));
  return {
    subject,
    plan: {
      ...plan,
      planes,
      shiftsMm: planes.map(() => STILL),
      sliceThicknessMm: voxelMm,
      phases: 1,
      startTime: 0,
    },
  };
}

/** mL of each label at a time. */
function labelVolumes(subject: Subject, plan: ScanPlan, startTime: number): number[] {
  const counts = new Array<number>(6).fill(0);
  const at = { ...plan, startTime };
  for (let z = 0; z < plan.planes.length; z++)
    for (const label of renderSlice(subject, at, z).labels) counts[label]++;
  const voxelMl = (plan.pixelSpacingMm[0] * plan.pixelSpacingMm[1] * plan.sliceThicknessMm) / 1000;
  return counts.map((count) => count * voxelMl);
}

describe('truth', function () {
  this.timeout(240000);

  for (const [seed, condition] of [
    [3, 'healthy'],
    [5, 'infarct'],
  ] as const)
    it(`is what the labels of a ${condition} heart add up to on a fine grid, within 1 %`, () => {
      const { subject, plan } = fineScan(seed, condition, 1.6);
      const truth = heartTruth(subject.heart);
      const ed = labelVolumes(subject, plan, 0);
      const es = labelVolumes(subject, plan, truth.endSystole);
      const wall = (ml: number[]) =>
        ml[TASK_LABEL.myocardium] + ml[TASK_LABEL.scar] + ml[TASK_LABEL.edema];
      const near = (got: number, expected: number) => {
        expect(got / expected).to.be.closeTo(1, 0.01);
      };
      near(ed[TASK_LABEL.lvBlood], truth.lvEdvMl);
      near(es[TASK_LABEL.lvBlood], truth.lvEsvMl);
      near(wall(ed), truth.myocardiumMl);
      // The wall is incompressible.
      near(wall(es), truth.myocardiumMl);
      near(ed[TASK_LABEL.rvBlood], truth.rvEdvMl);
      expect(100 * (1 - es[TASK_LABEL.lvBlood] / ed[TASK_LABEL.lvBlood])).to.be.closeTo(
        truth.lvEfPercent,
        1,
      );
      if (condition === 'infarct') {
        // Scar is small and thin: its surface takes part of every voxel that it crosses.
        expect(ed[TASK_LABEL.scar] / truth.scarMl).to.be.closeTo(1, 0.05);
        near(ed[TASK_LABEL.scar] + ed[TASK_LABEL.edema], truth.scarMl + truth.edemaMl);
      } else expect(ed[TASK_LABEL.scar] + ed[TASK_LABEL.edema]).to.equal(0);
    });

  it('builds hearts to the volume and ejection fraction that were drawn', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { subject } = planExam(seed, { condition: 'healthy' });
      const truth = heartTruth(subject.heart);
      expect(truth.lvEdvMl / subject.heart.patient.edvMl).to.be.closeTo(1, 0.01);
      expect(truth.lvEfPercent).to.be.closeTo(subject.heart.patient.efPercent, 2);
      expect(truth.rvEdvMl / subject.heart.patient.rvEdvMl).to.be.closeTo(1, 0.02);
    }
  });

  for (const [seed, condition] of [
    [8, 'healthy'],
    [9, 'infarct'],
  ] as const)
    it(`has strain that labels and displacement of a ${condition} heart show, within a point of a percent`, () => {
      const { subject, plan: drawn } = planExam(seed, { condition, phases: 20 });
      const truth = heartTruth(subject.heart);
      const { lv } = subject.heart;
      const { placement } = subject;
      const level = 0.5 * cavityEnd(lv);
      const pixelMm = 0.5;
      const matrix = 240;
      /** A thin plane across the axis at the level's place at a time. */
      const across = (time: number): ScanPlan => {
        const { baseMm, stretch } = lvMoment(lv, time);
        const half = -((matrix - 1) / 2) * pixelMm;
        const corner = addScaled(
          addScaled(placement.origin, placement.a, baseMm + level * lv.lengthMm * stretch),
          addScaled(placement.u, placement.v, 1),
          half,
        );
        const imageOrientationPatient = [...placement.u, ...placement.v] as const;
        return {
          ...drawn,
          planes: [{ imagePositionPatient: corner, imageOrientationPatient }],
          shiftsMm: [STILL],
          rows: matrix,
          columns: matrix,
          pixelSpacingMm: [pixelMm, pixelMm],
          sliceThicknessMm: 0.1,
          startTime: time,
        };
      };
      const thicknessMm = (time: number): number => {
        const { labels } = renderSlice(subject, { ...across(time), phases: 1 }, 0);
        const isWall = (label: number) =>
          label === TASK_LABEL.myocardium ||
          label === TASK_LABEL.scar ||
          label === TASK_LABEL.edema;
        const { driftMm } = lvMoment(lv, time);
        const bend = 4 * level * (1 - level);
        const rays = 360;
        let sum = 0;
        for (let i = 0; i < rays; i++)
          for (let r = 0; r < 58; r += 0.1) {
            const angle = (2 * Math.PI * i) / rays;
            const u = r * Math.cos(angle) + driftMm[0] + lv.bendMm[0] * bend;
            const v = r * Math.sin(angle) + driftMm[1] + lv.bendMm[1] * bend;
            const y = Math.round(v / pixelMm + (matrix - 1) / 2);
            const x = Math.round(u / pixelMm + (matrix - 1) / 2);
            if (isWall(labels[y * matrix + x])) sum += 0.1 / rays;
          }
        return sum;
      };
      const thickening = thicknessMm(truth.endSystole) / thicknessMm(0) - 1;
      // A tenth of a millimetre on a wall of ten.
      expect(100 * thickening).to.be.closeTo(truth.radialPercent, 1);

      const at = { ...across(0), phases: 100 };
      const field = sliceDisplacement(subject, { plan: at, z: 0 }, 0);
      const t = Math.round(truth.endSystole * 100);
      const size = matrix * matrix;
      const curve = Array.from({ length: 180 }, (_, i) => {
        const place = createWallPlace();
        const theta = (2 * Math.PI * i) / 180;
        locate(theta, level, place);
        const radius =
          (Math.sqrt(valueAt(lv.endoSquared, place)) + Math.sqrt(valueAt(lv.epiSquared, place))) /
          2;
        const bend = 4 * level * (1 - level);
        const x = (radius * Math.cos(theta) + lv.bendMm[0] * bend) / pixelMm + (matrix - 1) / 2;
        const y = (radius * Math.sin(theta) + lv.bendMm[1] * bend) / pixelMm + (matrix - 1) / 2;
        return [y, x] as const;
      });
      const sample = (c: number, y: number, x: number): number => {
        const [y0, x0] = [Math.floor(y), Math.floor(x)];
        const value = (dy: number, dx: number) =>
          field[(t * 3 + c) * size + (y0 + dy) * matrix + x0 + dx];
        const top = value(0, 0) * (1 - x + x0) + value(0, 1) * (x - x0);
        const bottom = value(1, 0) * (1 - x + x0) + value(1, 1) * (x - x0);
        return top * (1 - y + y0) + bottom * (y - y0);
      };
      const perimeter = (points: readonly (readonly [number, number])[]): number =>
        points.reduce((sum, [y, x], i) => {
          const [ny, nx] = points[(i + 1) % points.length];
          return sum + Math.hypot(ny - y, nx - x);
        }, 0);
      const moved = curve.map(
        ([y, x]) => [y + sample(0, y, x) / pixelMm, x + sample(1, y, x) / pixelMm] as const,
      );
      const strain = 100 * (perimeter(moved) / perimeter(curve) - 1);
      expect(strain).to.be.closeTo(truth.circumferentialPercent, 1);
      expect(truth.circumferentialPercent).to.be.lessThan(0);
    });

  it('moves labels as the displacement says: end-diastolic labels carried along match each phase', () => {
    const { subject, plan: drawn } = planExam(11, {
      condition: 'infarct',
      matrix: 150,
      pixelSpacingMm: [1, 1],
      isCentred: true,
      phases: 10,
      startsAtEndDiastole: true,
    });
    const plan = { ...drawn, sliceThicknessMm: 1, shiftsMm: drawn.planes.map(() => STILL) };
    const z = Math.round((plan.planes.length - 1) / 2);
    const field = sliceDisplacement(subject, { plan, z }, 0);
    const { labels } = renderSlice(subject, plan, z);
    const size = plan.rows * plan.columns;
    const normal = planeNormal(plan.planes[z].imageOrientationPatient);
    for (const t of [2, 4, 6]) {
      // Through-plane motion is followed: a carried point is compared in the plane it has reached.
      let [agree, all] = [0, 0];
      const planesBetween = new Map<number, Uint8Array>();
      for (let i = 0; i < size; i++) {
        if (labels[i] === TASK_LABEL.background || labels[i] === TASK_LABEL.rvBlood) continue;
        const [my, mx, mz] = [0, 1, 2].map((c) => field[(t * 3 + c) * size + i]);
        const key = Math.round(mz);
        let reached = planesBetween.get(key);
        if (reached === undefined) {
          const plane = {
            ...plan.planes[z],
            imagePositionPatient: addScaled(plan.planes[z].imagePositionPatient, normal, key),
          };
          const at = { ...plan, planes: [plane], shiftsMm: [STILL], phases: 1 };
          reached = renderSlice(subject, { ...at, startTime: phaseTime(plan, t) }, 0).labels;
          planesBetween.set(key, reached);
        }
        const y = Math.round(Math.floor(i / plan.columns) + my);
        const x = Math.round((i % plan.columns) + mx);
        const isEdge = [1, -1, plan.columns, -plan.columns].some(
          (s) => labels[i + s] !== labels[i],
        );
        if (isEdge) continue;
        all++;
        if (reached[y * plan.columns + x] === labels[i]) agree++;
      }
      expect(all).to.be.greaterThan(1000);
      expect(agree / all).to.be.greaterThan(0.97);
    }
  });

  it('fills slowly after ejecting: volume falls to end systole and rises to end diastole', () => {
    const { subject } = planExam(2, { condition: 'healthy' });
    const { lv } = subject.heart;
    const volumes = Array.from({ length: 50 }, (_, i) => lvVolumeMl(lv, i / 50));
    const lowest = volumes.indexOf(Math.min(...volumes));
    expect(lowest / 50).to.be.closeTo(lv.cycle.endSystole, 0.06);
    for (let i = 1; i <= lowest - 2; i++) expect(volumes[i]).to.be.lessThan(volumes[i - 1] + 0.5);
  });

  it('names AHA segments from the septum: anterior is 1, inferior 4, the tip 17', () => {
    const degrees = (d: number) => (d * Math.PI) / 180;
    expect(ahaSegment(degrees(90), 0.1, 0.9)).to.equal(1);
    expect(ahaSegment(degrees(30), 0.1, 0.9)).to.equal(2);
    expect(ahaSegment(degrees(-30), 0.1, 0.9)).to.equal(3);
    expect(ahaSegment(degrees(270), 0.1, 0.9)).to.equal(4);
    expect(ahaSegment(degrees(210), 0.5, 0.9)).to.equal(11);
    expect(ahaSegment(degrees(0), 0.8, 0.9)).to.equal(14);
    expect(ahaSegment(degrees(90), 0.8, 0.9)).to.equal(13);
    expect(ahaSegment(degrees(180), 0.8, 0.9)).to.equal(16);
    expect(ahaSegment(degrees(180), 0.95, 0.9)).to.equal(17);
  });
});
