import { expect } from 'chai';
import { lvCurve } from '../../src/infer/lv-curve.ts';
import { ANATOMY } from '../../src/labels.ts';
import type { Volume4D } from '../../src/volume.ts';

/** Slices 10 mm apart of 1 x 8 pixels of 10 mm, so that a pixel is 1 mL. */
function stack(pixels: readonly (readonly number[])[]) {
  const [phases, slices] = [pixels.length, pixels[0].length];
  const shape = [phases, slices, 1, 8] as const;
  const labels = new Uint8Array(phases * slices * 8);
  pixels.forEach((row, t) => {
    row.forEach((count, z) => {
      labels.fill(ANATOMY.lvBlood, (t * slices + z) * 8, (t * slices + z) * 8 + count);
    });
  });
  const volume: Volume4D = {
    voxels: new Float32Array(labels.length),
    shape,
    planes: Array.from({ length: slices }, (_, z) => ({
      imagePositionPatient: [0, 0, 10 * z] as const,
      imageOrientationPatient: [1, 0, 0, 0, 1, 0] as const,
    })),
    pixelSpacingMm: [10, 10],
    sliceThicknessMm: 10,
    triggerTimesMs: new Float64Array(phases * slices),
  };
  return lvCurve({ labels, shape }, volume);
}

describe('lvCurve', () => {
  it('leaves out a slice that is of the ventricle in some phases only', () => {
    const curve = stack([
      [0, 6, 8],
      [7, 4, 5],
      [0, 5, 7],
    ]);
    expect(curve).to.deep.equal([14, 9, 12]);
  });

  it('counts all slices where none shows the ventricle throughout', () => {
    const curve = stack([
      [0, 6],
      [7, 0],
    ]);
    expect(curve).to.deep.equal([6, 7]);
  });
});
