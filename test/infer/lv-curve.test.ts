import { expect } from 'chai';
import { lvCurve } from '../../src/infer/lv-curve.ts';
import { ANATOMY } from '../../src/labels.ts';
import type { Volume4D } from '../../src/volume.ts';

const WIDTH = 12;

/** Slices of 1 x 12 pixels of 10 mm, 10 mm apart unless said otherwise: then a pixel is 1 mL. */
function stack(pixels: readonly (readonly number[])[], offsetsMm = [0, 10, 20]) {
  const [phases, slices] = [pixels.length, pixels[0].length];
  const shape = [phases, slices, 1, WIDTH] as const;
  const labels = new Uint8Array(phases * slices * WIDTH);
  pixels.forEach((row, t) => {
    row.forEach((count, z) => {
      const start = (t * slices + z) * WIDTH;
      labels.fill(ANATOMY.lvBlood, start, start + count);
    });
  });
  const volume: Volume4D = {
    voxels: new Float32Array(labels.length),
    shape,
    planes: Array.from({ length: slices }, (_, z) => ({
      imagePositionPatient: [0, 0, offsetsMm[z]] as const,
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

  it('keeps a slice that empties to a fifth', () => {
    const curve = stack([
      [10, 8],
      [2, 4],
    ]);
    expect(curve).to.deep.equal([18, 6]);
  });

  it('counts all slices where those that last hold less than half of the blood', () => {
    // A heart that all but empties, and a slice of atrium that fills meanwhile.
    const curve = stack([
      [10, 10, 2],
      [0, 0, 4],
    ]);
    expect(curve).to.deep.equal([22, 4]);
    const noneLasts = stack([
      [0, 6],
      [7, 0],
    ]);
    expect(noneLasts).to.deep.equal([6, 7]);
  });

  it('weighs slices by how far they are apart, and takes one slice or one phase', () => {
    // 10 mm to the second slice, 30 mm to the third: extents of 10, 20 and 30 mm.
    expect(stack([[1, 1, 1]], [0, 10, 40])).to.deep.equal([6]);
    expect(stack([[8], [4]])).to.deep.equal([8, 4]);
  });
});
