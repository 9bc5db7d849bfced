// A 4D image in patient coordinates: the geometry of PS3.3 C.7.6.2.1.1.
import { median } from './median.ts';

/** Millimetres in the patient's LPS coordinates. */
export type Vec3 = readonly [x: number, y: number, z: number];

/** Direction cosines: first of a row (growing column index), then of a column (growing row index). */
export type ImageOrientationPatient = readonly [
  rowX: number,
  rowY: number,
  rowZ: number,
  columnX: number,
  columnY: number,
  columnZ: number,
];

/** DICOM's Pixel Spacing order: distance between rows (along y), then between columns (along x). */
export type PixelSpacingMm = readonly [row: number, column: number];

/** Between slices of short-axis cine, where nothing says how far they are apart. */
export const USUAL_SLICE_STEP_MM = 10;

/** Where one slice lies. */
export interface Plane {
  /** Centre of the first voxel, mm, LPS. */
  readonly imagePositionPatient: Vec3;
  readonly imageOrientationPatient: ImageOrientationPatient;
}

/** Number of phases, slices, rows and columns. */
export type Shape4D = readonly [t: number, z: number, y: number, x: number];

/** Cine voxels with the exact plane of each slice and the time of each frame. */
export interface Volume4D {
  /** Rescaled values, row-major `[T, Z, Y, X]`. */
  readonly voxels: Float32Array;
  readonly shape: Shape4D;
  /** `[Z]`, ordered along the slice normal. */
  readonly planes: readonly Plane[];
  readonly pixelSpacingMm: PixelSpacingMm;
  /** Thickness of the imaged slab, mm; never the distance between slices. */
  readonly sliceThicknessMm: number;
  /** `[T, Z]`, ms after the R wave, NaN where the scanner gave none. */
  readonly triggerTimesMs: Float64Array;
}

/** Distance between neighbouring planes along their normal. */
export interface SliceStep {
  /** Median distance, mm. */
  readonly mm: number;
  /** True when every distance is within 1 % (and 0.05 mm) of the median. */
  readonly isUniform: boolean;
}

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** `a + k b`. */
export const addScaled = (a: Vec3, b: Vec3, k: number): Vec3 => [
  a[0] + k * b[0],
  a[1] + k * b[1],
  a[2] + k * b[2],
];

export const length = (a: Vec3): number => Math.sqrt(dot(a, a));

/** Unit vector along a row, in the direction of growing column index. */
export const rowDirection = (o: ImageOrientationPatient): Vec3 => [o[0], o[1], o[2]];

/** Unit vector along a column, in the direction of growing row index. */
export const columnDirection = (o: ImageOrientationPatient): Vec3 => [o[3], o[4], o[5]];

/** Unit normal of the plane: row direction x column direction. */
export const planeNormal = (o: ImageOrientationPatient): Vec3 =>
  cross(rowDirection(o), columnDirection(o));

/**
 * Patient coordinates of a pixel.
 *
 * @param y - row index, 0-based, may be fractional
 * @param x - column index, 0-based, may be fractional
 * @returns mm, LPS (PS3.3 C.7.6.2.1.1: the row direction pairs with the column spacing)
 */
export function patientPosition(
  plane: Plane,
  pixelSpacingMm: PixelSpacingMm,
  y: number,
  x: number,
): Vec3 {
  const { imagePositionPatient, imageOrientationPatient } = plane;
  const alongRow = addScaled(
    imagePositionPatient,
    rowDirection(imageOrientationPatient),
    x * pixelSpacingMm[1],
  );
  return addScaled(alongRow, columnDirection(imageOrientationPatient), y * pixelSpacingMm[0]);
}

/** Indices `[y, x]` (fractional) of the point's projection on the plane. */
export function pixelIndex(
  plane: Plane,
  pixelSpacingMm: PixelSpacingMm,
  point: Vec3,
): readonly [y: number, x: number] {
  const offset = subtract(point, plane.imagePositionPatient);
  return [
    dot(offset, columnDirection(plane.imageOrientationPatient)) / pixelSpacingMm[0],
    dot(offset, rowDirection(plane.imageOrientationPatient)) / pixelSpacingMm[1],
  ];
}

/** Position of each plane along the normal of the first, mm. */
export function planeOffsetsMm(planes: readonly Plane[]): number[] {
  const first = planes.at(0);
  if (first === undefined) return [];
  const normal = planeNormal(first.imageOrientationPatient);
  return planes.map((p) => dot(p.imagePositionPatient, normal));
}

/**
 * Slice distance from the planes' positions; DICOM's SliceThickness and SpacingBetweenSlices are
 * often wrong for cine.
 *
 * @returns undefined for fewer than two planes
 */
export function sliceStep(planes: readonly Plane[]): SliceStep | undefined {
  const offsets = planeOffsetsMm(planes);
  const gaps = offsets.slice(1).map((o, i) => Math.abs(o - (offsets[i] ?? o)));
  const mm = median(gaps);
  if (mm === undefined) return undefined;
  const toleranceMm = Math.max(0.05, 0.01 * mm);
  return { mm, isUniform: gaps.every((g) => Math.abs(g - mm) <= toleranceMm) };
}

/**
 * Millimetres of heart that each slice stands for: half the way to either neighbour, and at the
 * ends the distance to the only neighbour (the slice thickness when there is none).
 *
 * @returns `[Z]`, mm
 */
export function sliceExtentsMm(planes: readonly Plane[], sliceThicknessMm: number): number[] {
  const offsets = planeOffsetsMm(planes);
  return offsets.map((offset, z) => {
    const before = z > 0 ? Math.abs(offset - (offsets[z - 1] ?? offset)) : undefined;
    const after =
      z + 1 < offsets.length ? Math.abs((offsets[z + 1] ?? offset) - offset) : undefined;
    if (before === undefined && after === undefined) return sliceThicknessMm;
    return ((before ?? after ?? 0) + (after ?? before ?? 0)) / 2;
  });
}

/** `[Z]`: millilitres that one voxel of each slice stands for; gaps between slices are shared out. */
export function voxelVolumesMl(volume: Volume4D): number[] {
  const [rowMm, columnMm] = volume.pixelSpacingMm;
  return sliceExtentsMm(volume.planes, volume.sliceThicknessMm).map(
    (mm) => (mm * rowMm * columnMm) / 1000,
  );
}

/** Offset of frame (t, z) in `voxels`; a frame is Y x X values. */
export function frameOffset(shape: Shape4D, t: number, z: number): number {
  return (t * shape[1] + z) * shape[2] * shape[3];
}
