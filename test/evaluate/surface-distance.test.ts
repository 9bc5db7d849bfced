import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  sliceSurfaceDistance,
  surfaceDistance,
  type MaskGrid,
} from '../../src/evaluate/surface-distance.ts';
import type { ImageOrientationPatient, PixelSpacingMm } from '../../src/volume.ts';

const AXIAL: ImageOrientationPatient = [1, 0, 0, 0, 1, 0];
const OBLIQUE: ImageOrientationPatient = [0.6, 0.8, 0, 0, 0, 1];

/** Slices at these offsets along the normal. */
function gridOf(
  offsetsMm: readonly number[],
  {
    orientation = AXIAL,
    spacing = [2, 1.5],
    size = 8,
  }: {
    orientation?: ImageOrientationPatient;
    spacing?: PixelSpacingMm;
    size?: number;
  } = {},
): MaskGrid {
  // Row direction x column direction.
  const normal = orientation === AXIAL ? [0, 0, 1] : [0.8, -0.6, 0];
  return {
    shape: [offsetsMm.length, size, size],
    planes: offsetsMm.map((mm) => ({
      imagePositionPatient: [5 + mm * normal[0], 6 + mm * normal[1], 7 + mm * normal[2]],
      imageOrientationPatient: orientation,
    })),
    pixelSpacingMm: spacing,
  };
}

function maskOf(grid: MaskGrid, ...voxels: readonly (readonly [number, number, number])[]) {
  const [z, y, x] = grid.shape;
  const mask = new Uint8Array(z * y * x);
  for (const [k, j, i] of voxels) mask[(k * y + j) * x + i] = 1;
  return mask;
}

describe('surface distance', () => {
  it('measures in millimetres along rows, columns and slices, in any orientation', () => {
    for (const orientation of [AXIAL, OBLIQUE]) {
      const grid = gridOf([0, 9, 21], { orientation });
      const origin = maskOf(grid, [0, 0, 0]);
      const to = (z: number, y: number, x: number) =>
        surfaceDistance(origin, maskOf(grid, [z, y, x]), grid)?.hausdorffMm;
      expect(to(0, 3, 0)).to.be.closeTo(6, 1e-9);
      expect(to(0, 0, 4)).to.be.closeTo(6, 1e-9);
      expect(to(2, 0, 0)).to.be.closeTo(21, 1e-9);
      expect(to(1, 6, 0)).to.be.closeTo(15, 1e-9);
    }
  });

  it('gives the 95th percentile of the distances of both directions', () => {
    const grid = gridOf([0], { spacing: [1, 1] });
    const a = maskOf(grid, [0, 0, 0]);
    const b = maskOf(grid, [0, 0, 0], [0, 0, 4]);
    // 0 from a to b; 0 and 4 back: of 0, 0, 4 the 95th percentile is 3.6.
    const distance = surfaceDistance(a, b, grid);
    expect(distance?.hausdorffMm).to.equal(4);
    expect(distance?.hausdorff95Mm).to.be.closeTo(3.6, 1e-9);
  });

  it('looks at outlines alone: a hole is an outline too', () => {
    const grid = gridOf([0], { spacing: [1, 1] });
    const square = maskOf(
      grid,
      ...Array.from({ length: 25 }, (_, i) => [0, 1 + Math.floor(i / 5), 1 + (i % 5)] as const),
    );
    const ring = Uint8Array.from(square);
    ring[3 * 8 + 3] = 0;
    // The ring's inner outline is 1 from the hole and 1 inside the square's.
    expect(surfaceDistance(square, ring, grid)?.hausdorffMm).to.equal(1);
    expect(surfaceDistance(square, square, grid)?.hausdorffMm).to.equal(0);
  });

  it('averages over the slices that hold both masks', () => {
    const grid = gridOf([0, 10, 20], { spacing: [1, 1] });
    const truth = maskOf(grid, [0, 0, 0], [1, 0, 0], [2, 0, 0]);
    const predicted = maskOf(grid, [0, 0, 2], [1, 4, 0]);
    expect(sliceSurfaceDistance(truth, predicted, grid)?.hausdorffMm).to.equal(3);
    expect(surfaceDistance(truth, predicted, grid)?.hausdorffMm).to.be.greaterThan(10);
  });

  it('has no figure when a mask is empty', () => {
    const grid = gridOf([0, 10]);
    const [some, none] = [maskOf(grid, [0, 1, 1]), maskOf(grid)];
    expect(surfaceDistance(some, none, grid)).to.equal(null);
    expect(sliceSurfaceDistance(some, maskOf(grid, [1, 1, 1]), grid)).to.equal(null);
  });

  it('is symmetric and scales with the spacing', () => {
    const voxels = fc.array(fc.tuple(fc.nat(1), fc.nat(5), fc.nat(5)), { minLength: 1 });
    fc.assert(
      fc.property(voxels, voxels, (a, b) => {
        const grid = gridOf([0, 8], { size: 6 });
        const double = gridOf([0, 16], { size: 6, spacing: [4, 3] });
        const [first, second] = [maskOf(grid, ...a), maskOf(grid, ...b)];
        const there = surfaceDistance(first, second, grid);
        expect(surfaceDistance(second, first, grid)).to.deep.equal(there);
        const scaled = surfaceDistance(first, second, double);
        expect(scaled?.hausdorff95Mm).to.be.closeTo(2 * (there?.hausdorff95Mm ?? 0), 1e-9);
      }),
      { numRuns: 50 },
    );
  });
});
