import { expect } from 'chai';
import { countLabel, TASK_LABEL } from '../../src/labels.ts';
import { simulateExam, simulateSlice } from '../../src/simulate/simulate.ts';
import {
  dot,
  planeNormal,
  planeOffsetsMm,
  rowDirection,
  columnDirection,
} from '../../src/volume.ts';

const SMALL = { slices: 5, phases: 8, matrix: 80 } as const;

describe('simulateExam', () => {
  it('gives the same bytes for the same seed and options, and others for another seed', () => {
    const first = simulateExam(12, SMALL);
    const again = simulateExam(12, SMALL);
    expect(
      Buffer.compare(
        Buffer.from(first.volume.voxels.buffer),
        Buffer.from(again.volume.voxels.buffer),
      ),
    ).to.equal(0);
    expect(first.labels).to.deep.equal(again.labels);
    expect(first.truth).to.deep.equal(again.truth);
    expect(simulateExam(13, SMALL).volume.voxels).to.not.deep.equal(first.volume.voxels);
  });

  it('has the shape that was asked for, whole voxel values, and labels from 0 to 5', () => {
    const { volume, labels } = simulateExam(3, SMALL);
    expect(volume.shape).to.deep.equal([8, 5, 80, 80]);
    expect(volume.voxels.length).to.equal(8 * 5 * 80 * 80);
    expect(labels.labels.length).to.equal(volume.voxels.length);
    expect(volume.triggerTimesMs.length).to.equal(40);
    expect(volume.voxels.every((v) => Number.isInteger(v) && v >= 0 && v <= 4095)).to.equal(true);
    expect(labels.labels.every((label) => label <= TASK_LABEL.scar)).to.equal(true);
  });

  it('lays planes along their common normal, with orthogonal unit directions', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { volume } = simulateExam(seed, { ...SMALL, phases: 1 });
      const orientation = volume.planes[0].imageOrientationPatient;
      const row = rowDirection(orientation);
      const column = columnDirection(orientation);
      // Direction cosines are kept to six decimals.
      expect(dot(row, row)).to.be.closeTo(1, 1e-5);
      expect(dot(row, column)).to.be.closeTo(0, 1e-5);
      const offsets = planeOffsetsMm(volume.planes);
      const steps = offsets.slice(1).map((offset, z) => offset - offsets[z]);
      for (const step of steps) {
        expect(step).to.be.greaterThan(5.9);
        expect(step).to.be.closeTo(steps[0], 1e-3);
      }
      expect(Math.abs(dot(planeNormal(orientation), planeNormal(orientation)) - 1)).to.be.lessThan(
        1e-5,
      );
    }
  });

  it('shows scar in every infarct and in no one else', () => {
    const injured = (condition: 'infarct' | 'healthy' | 'dilated' | 'hypertrophic') => {
      const { labels, endDiastole } = simulateExam(21, {
        slices: 8,
        phases: 2,
        matrix: 96,
        condition,
      });
      let count = 0;
      for (let z = 0; z < 8; z++)
        count +=
          countLabel(labels, TASK_LABEL.scar, endDiastole, z) +
          countLabel(labels, TASK_LABEL.edema, endDiastole, z);
      return count;
    };
    expect(injured('infarct')).to.be.greaterThan(50);
    expect(injured('healthy')).to.equal(0);
    expect(injured('dilated')).to.equal(0);
    expect(injured('hypertrophic')).to.equal(0);
  });

  it('names the phases of end diastole and end systole by the size of the cavity', () => {
    const { labels, endDiastole, endSystole } = simulateExam(5, {
      slices: 7,
      phases: 20,
      matrix: 100,
      condition: 'healthy',
    });
    const cavity = Array.from({ length: 20 }, (_, t) =>
      [0, 1, 2, 3, 4, 5, 6].reduce((n, z) => n + countLabel(labels, TASK_LABEL.lvBlood, t, z), 0),
    );
    const apart = (t: number, of: number) => Math.min((t - of + 20) % 20, (of - t + 20) % 20);
    expect(apart(cavity.indexOf(Math.max(...cavity)), endDiastole)).to.be.at.most(1);
    expect(apart(cavity.indexOf(Math.min(...cavity)), endSystole)).to.be.at.most(1);
  });

  it('covers the heart from above the base to below the apex when left to itself', () => {
    const { labels, volume, endDiastole } = simulateExam(9, { phases: 1, matrix: 96 });
    const slices = volume.shape[1];
    expect(slices).to.be.within(6, 16);
    const counts = Array.from({ length: slices }, (_, z) =>
      countLabel(labels, TASK_LABEL.lvBlood, endDiastole, z),
    );
    expect(Math.min(counts[0], counts[slices - 1])).to.be.lessThan(Math.max(...counts) / 4);
  });
});

describe('simulateSlice', () => {
  it('shows the slice of the whole exam that it stands for', () => {
    const exam = simulateExam(14, SMALL);
    const slice = simulateSlice(14, { z: 2 }, SMALL);
    const size = 80 * 80;
    for (let t = 0; t < 8; t++) {
      const at = (t * 5 + 2) * size;
      expect(slice.labels.subarray(t * size, (t + 1) * size)).to.deep.equal(
        exam.labels.labels.subarray(at, at + size),
      );
    }
    expect(slice.endDiastole).to.equal(exam.endDiastole);
  });

  it('refuses a slice that the stack does not have', () => {
    expect(() => simulateSlice(14, { z: 9 }, SMALL)).to.throw(RangeError, 'from 0 to 4, got 9');
  });
});
