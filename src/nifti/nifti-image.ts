// A NIfTI-1 image in memory.
import type { Shape4D } from '../volume.ts';

/** Millimetres between neighbours along x, y and z of the array. */
export type NiftiSpacingMm = readonly [x: number, y: number, z: number];

type AffineRow = readonly [perX: number, perY: number, perZ: number, offset: number];

/** Voxel index (x, y, z) -> millimetres RIGHT, ANTERIOR, SUPERIOR: NIfTI's axes, not DICOM's LPS. */
export type NiftiAffine = readonly [x: AffineRow, y: AffineRow, z: AffineRow];

/** Where the voxels lie. */
export interface NiftiGeometry {
  readonly spacingMm: NiftiSpacingMm;
  readonly affine: NiftiAffine;
}

export interface NiftiImage extends NiftiGeometry {
  /**
   * Row-major `[T, Z, Y, X]`, slope and intercept applied: NIfTI's first index is X, so this is the
   * order of the file. Whole numbers beyond 2^24 lose their last digits.
   */
  readonly values: Float32Array;
  readonly shape: Shape4D;
}

/** Axes along R, A, S: for an image whose file says nothing of its place. */
export function scaledAxes([x, y, z]: NiftiSpacingMm): NiftiAffine {
  return [
    [x, 0, 0, 0],
    [0, y, 0, 0],
    [0, 0, z, 0],
  ];
}
