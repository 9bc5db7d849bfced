import { expect } from 'chai';
import { TASK_LABEL } from '../../src/labels.ts';
import { sliceDisplacement } from '../../src/simulate/displacement.ts';
import type { Condition } from '../../src/simulate/parameters.ts';
import { renderSlice } from '../../src/simulate/render-slice.ts';
import { phaseTime, type ScanPlan } from '../../src/simulate/scan.ts';
import { planExam } from '../../src/simulate/simulate.ts';
import type { Subject } from '../../src/simulate/subject.ts';
import { ahaSegment, heartTruth, lvVolumeMl } from '../../src/simulate/truth.ts';
import { addScaled, planeNormal, type Vec3 } from '../../src/volume.ts';

const STILL: Vec3 = [0, 0, 0];

/** A scan of isotropic voxels over the whole heart, without breath, at the times given. */
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
  const middle = plan.planes[1];
  const normal = planeNormal(middle.imageOrientationPatient);
  const count = 2 * Math.round(75 / voxelMm);
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
      const { subject, plan } = fineScan(seed, condition, 1.25);
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

  it('has strain that the displacement field shows, within 1 % of length', () => {
    const { subject, plan } = planExam(8, {
      condition: 'healthy',
      matrix: 160,
      pixelSpacingMm: [1, 1],
      isCentred: true,
      startsAtEndDiastole: true,
      phases: 20,
    });
    const truth = heartTruth(subject.heart);
    const z = Math.round((plan.planes.length - 1) / 2);
    const t = Math.round(truth.endSystole * plan.phases);
    const field = sliceDisplacement(subject, { plan, z }, 0);
    const { labels } = renderSlice(subject, plan, z);
    const size = plan.rows * plan.columns;
    // A ring of wall keeps its volume: area after over before is 1 / stretch along the axis.
    const wallAt = (phase: number) =>
      labels
        .subarray(phase * size, (phase + 1) * size)
        .reduce((n, label) => n + (label === TASK_LABEL.myocardium ? 1 : 0), 0);
    expect(wallAt(0)).to.be.greaterThan(500);
    const dy = field.subarray(t * 3 * size, (t * 3 + 1) * size);
    const dx = field.subarray((t * 3 + 1) * size, (t * 3 + 2) * size);
    const dz = field.subarray((t * 3 + 2) * size, (t * 3 + 3) * size);
    const at = (f: Float32Array, y: number, x: number) => f[y * plan.columns + x];
    let [sum, count] = [0, 0];
    for (let y = 1; y < plan.rows - 1; y++)
      for (let x = 1; x < plan.columns - 1; x++) {
        const inWall = [0, 1, -1, plan.columns, -plan.columns].every(
          (step) => labels[y * plan.columns + x + step] === TASK_LABEL.myocardium,
        );
        if (!inWall) continue;
        const half = (f: Float32Array, sy: number, sx: number) =>
          (at(f, y + sy, x + sx) - at(f, y - sy, x - sx)) / 2;
        // In-plane deformation; through-plane gradients of in-plane motion are small at mid level.
        const area = (1 + half(dy, 1, 0)) * (1 + half(dx, 0, 1)) - half(dy, 0, 1) * half(dx, 1, 0);
        sum += area;
        count++;
        expect(Math.abs(at(dz, y, x))).to.be.lessThan(25);
      }
    const stretch = 1 + truth.longitudinalPercent / 100;
    // Tilt of the plane against the axis and finite differences over 2 mm.
    expect(sum / count).to.be.closeTo(1 / stretch, 0.03);
    expect(truth.circumferentialPercent).to.be.lessThan(-10);
    expect(truth.radialPercent).to.be.greaterThan(15);
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
