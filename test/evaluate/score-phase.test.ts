import { expect } from 'chai';
import { PNG } from 'pngjs';
import { pictureOf } from '../../src/evaluate/overlay.ts';
import { scorePhase } from '../../src/evaluate/score-phase.ts';
import type { TruthPhase } from '../../src/evaluate/truth-phase.ts';
import { TASK_LABEL, ANATOMY, PATHOLOGY } from '../../src/labels.ts';
import type { Volume4D } from '../../src/volume.ts';

const [ROWS, COLUMNS] = [6, 8];
const SIZE = ROWS * COLUMNS;

/** Slices at 0, 10 and 24 mm: extents of 10, 12 and 14 mm. */
const VOLUME: Volume4D = {
  voxels: new Float32Array(3 * SIZE).fill(1),
  shape: [1, 3, ROWS, COLUMNS],
  planes: [0, 10, 24].map((mm) => ({
    imagePositionPatient: [0, 0, mm],
    imageOrientationPatient: [1, 0, 0, 0, 1, 0],
  })),
  pixelSpacingMm: [2, 1.5],
  sliceThicknessMm: 8,
  triggerTimesMs: new Float64Array(3),
};

/** One label in the first voxels of rows of slices: [slice, row, from, to]. */
function labelled(
  ...spans: readonly (readonly [label: number, z: number, y: number, from: number, to: number])[]
): Uint8Array {
  const labels = new Uint8Array(3 * SIZE);
  for (const [label, z, y, from, to] of spans)
    labels.fill(label, z * SIZE + y * COLUMNS + from, z * SIZE + y * COLUMNS + to);
  return labels;
}

const TRUTH: TruthPhase = {
  name: 'ED',
  t: 0,
  labels: labelled(
    [TASK_LABEL.lvBlood, 0, 1, 1, 5],
    [TASK_LABEL.lvBlood, 1, 1, 1, 5],
    [TASK_LABEL.myocardium, 0, 3, 0, 4],
    [TASK_LABEL.edema, 0, 3, 4, 6],
    [TASK_LABEL.scar, 0, 3, 6, 8],
  ),
  drawn: [
    { structure: 'LV blood', slices: [0, 1] },
    { structure: 'LV myocardium', slices: [0] },
    { structure: 'scar', slices: [0] },
    { structure: 'scar or edema', slices: [0] },
  ],
};

const PREDICTED = {
  anatomy: labelled(
    [ANATOMY.lvBlood, 0, 1, 1, 4],
    [ANATOMY.lvBlood, 1, 1, 2, 6],
    // Nobody drew blood in slice 2, so nothing there counts.
    [ANATOMY.lvBlood, 2, 1, 0, 8],
    [ANATOMY.myocardium, 0, 3, 0, 8],
  ),
  pathology: labelled([PATHOLOGY.edema, 0, 3, 5, 6], [PATHOLOGY.scar, 0, 3, 6, 8]),
};

describe('scoring a phase', () => {
  const [blood, wall, scar, injury] = scorePhase(VOLUME, TRUTH, PREDICTED);

  it('compares drawn slices alone, with the volume that each stands for', () => {
    // 3 mm2 x 10 and 12 mm: 0.030 and 0.036 mL.
    expect(blood.truthMl).to.be.closeTo(4 * 0.03 + 4 * 0.036, 1e-12);
    expect(blood.predictedMl).to.be.closeTo(3 * 0.03 + 4 * 0.036, 1e-12);
    expect(blood.dice).to.equal((2 * 6) / (8 + 7));
    // The end of a row is 1.5 mm short, or shifted by 1.5 mm.
    expect(blood.volumeDistance?.hausdorffMm).to.be.closeTo(1.5, 1e-12);
    expect(blood.withinMyocardium).to.equal(null);
  });

  it('counts lesions as wall, and lesions among the voxels of wall', () => {
    expect(wall.dice).to.equal(1);
    expect(scar.dice).to.equal(1);
    expect(scar.withinMyocardium?.specificity).to.equal(1);
    expect(injury.dice).to.equal(6 / 7);
    expect(injury.withinMyocardium).to.deep.equal({
      precision: 1,
      sensitivity: 3 / 4,
      specificity: 1,
      negativePredictiveValue: 4 / 5,
    });
  });

  it('refuses to score lesions at a phase without pathology', () => {
    expect(() => scorePhase(VOLUME, TRUTH, { anatomy: PREDICTED.anatomy })).to.throw(
      /expected pathology at ED for scar/,
    );
  });
});

describe('picture of a case', () => {
  it('outlines truth in green and the model in red, and mixes where both run', () => {
    const truth = { ...TRUTH, labels: labelled([TASK_LABEL.lvBlood, 0, 1, 1, 3]) };
    const predicted = { anatomy: labelled([ANATOMY.lvBlood, 0, 1, 2, 4]) };
    const { name, bytes } = pictureOf('case', VOLUME, {
      truth: [truth],
      predictedAt: () => predicted,
    });
    const png = PNG.sync.read(Buffer.from(bytes));
    // Three slices of 8 x 6 side by side, three times as large.
    expect([name, png.width, png.height]).to.deep.equal(['case.png', 72, 18]);
    // The window is around the middle of the heart, (1, 2): column x of the image is x + 2, row y is y + 2.
    const colourAt = (y: number, x: number) => {
      const at = 4 * (3 * (y + 2) * png.width + 3 * (x + 2));
      return [...png.data.subarray(at, at + 3)];
    };
    const [red, green, blue] = colourAt(1, 1);
    expect(green).to.be.greaterThan(2 * Math.max(red, blue));
    const model = colourAt(1, 3);
    expect(model[0]).to.be.greaterThan(2 * Math.max(model[1], model[2]));
    const both = colourAt(1, 2);
    expect(Math.min(both[0], both[1])).to.be.greaterThan(100);
    const image = colourAt(3, 3);
    expect(image[0]).to.equal(image[1]);
  });
});
