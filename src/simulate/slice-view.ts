// Where the samples of a slice lie in the chest and in the heart, and which pixels the heart reaches.
import { addScaled, dot, patientPosition, planeNormal, type Vec3 } from '../volume.ts';
import { greatestFatMm, heartMoment, tissueAt, type HeartMoment } from './heart.ts';
import { createHeartPoint, type HeartPoint } from './kinematics.ts';
import { greatestRadiusMm, toHeart } from './placement.ts';
import type { ScanPlan } from './scan.ts';
import type { Subject } from './subject.ts';

/** Rows and columns of pixels that the heart ever reaches, ends excluded. */
export interface PixelBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Points of a pixel's slab that are looked at: row and column offset in pixels, and depth as a
 * share of the slice thickness. Spread so that together they smooth edges in every direction.
 */
export const SAMPLES: readonly (readonly [row: number, column: number, depth: number])[] = [
  [-0.35, 0.15, -0.4],
  [0.35, -0.15, 0.4],
  [0, 0, 0],
  [-0.15, -0.35, -0.2],
  [0.15, 0.35, 0.2],
];

const EMPTY_BOX: PixelBox = { top: 0, bottom: 0, left: 0, right: 0 };

/** Which sample stands for its pixel; where it and those before it agree, no more are looked at. */
export const MIDDLE = 2;

/** An affine map from (row, column) to a 3D frame. */
export interface Affine {
  readonly start: Vec3;
  readonly perRow: Vec3;
  readonly perColumn: Vec3;
}

/** Everything about a slice that its loops need. */
export interface SliceView {
  readonly subject: Subject;
  readonly plan: ScanPlan;
  /** `[SAMPLES]`: pixels to the chest's and to the heart's frame. */
  readonly chestMaps: readonly Affine[];
  readonly heartMaps: readonly Affine[];
}

function affine(at: (y: number, x: number) => Vec3): Affine {
  const start = at(0, 0);
  return {
    start,
    perRow: addScaled(at(1, 0), start, -1),
    perColumn: addScaled(at(0, 1), start, -1),
  };
}

/** Lays the samples of slice z into the chest and the heart. */
export function viewSlice(subject: Subject, plan: ScanPlan, z: number): SliceView {
  const plane = plan.planes[z];
  const normal = planeNormal(plane.imageOrientationPatient);
  const maps = SAMPLES.map(([row, column, depth]) => {
    // The chest moved by the shift, so the slice sees what was that far the other way.
    const at = (y: number, x: number): Vec3 =>
      addScaled(
        addScaled(
          patientPosition(plane, plan.pixelSpacingMm, y + row, x + column),
          normal,
          depth * plan.sliceThicknessMm,
        ),
        plan.shiftsMm[z],
        -1,
      );
    return [affine(at), affine((y, x) => toHeart(subject.placement, at(y, x)))] as const;
  });
  return {
    subject,
    plan,
    chestMaps: maps.map(([chest]) => chest),
    heartMaps: maps.map(([, heart]) => heart),
  };
}

/** Beyond the fat, how far the heart may move into a pixel between end diastole and end systole. */
const MOTION_MM = 7;

/** Moves the point to sample k of a pixel. */
export function moveTo(point: HeartPoint, map: Affine, y: number, x: number): void {
  point.u = map.start[0] + y * map.perRow[0] + x * map.perColumn[0];
  point.v = map.start[1] + y * map.perRow[1] + x * map.perColumn[1];
  point.a = map.start[2] + y * map.perRow[2] + x * map.perColumn[2];
}

/**
 * Whether the middle of the slice meets the ventricle's axis between the base plane of the moment and the apex.
 *
 * @throws {RangeError} when the slice lies along the axis
 */
export function isSliceOfLv({ subject, heartMaps }: SliceView, { lv }: HeartMoment): boolean {
  const { start, perRow, perColumn } = heartMaps[MIDDLE];
  const [u, v] = [lv.driftMm[0] - start[0], lv.driftMm[1] - start[1]];
  const determinant = perRow[0] * perColumn[1] - perColumn[0] * perRow[1];
  if (Math.abs(determinant) < 1e-3 * dot(perRow, perRow))
    throw new RangeError('expected a slice across the long axis, got one along it');
  const y = (u * perColumn[1] - v * perColumn[0]) / determinant;
  const x = (v * perRow[0] - u * perRow[1]) / determinant;
  const along = start[2] + y * perRow[2] + x * perColumn[2];
  return along >= lv.baseMm && along <= lv.baseMm + subject.heart.lv.lengthMm * lv.stretch;
}

/** Pixels that the heart or its fat is ever near to, and the box around them. */
export function reachOfHeart(view: SliceView): { box: PixelBox; pixels: Int32Array } {
  const { heart } = view.subject;
  const { rows, columns } = view.plan;
  const radius = greatestRadiusMm(heart);
  const room = greatestFatMm(heart) + MOTION_MM;
  const moments = [heartMoment(heart, 0), heartMoment(heart, heart.lv.cycle.endSystole)];
  const point = createHeartPoint();
  const map = view.heartMaps[MIDDLE];
  const isNear = (y: number, x: number): boolean =>
    moments.some((moment) => {
      moveTo(point, map, y, x);
      if (point.u < -1.7 * radius - room || point.u > radius + heart.rv.depthMm + room)
        return false;
      if (Math.abs(point.v) > 1.8 * radius + room) return false;
      if (point.a < -75 || point.a > heart.lv.lengthMm + room) return false;
      return tissueAt(heart, moment, point) >= 0 || point.outsideMm < room;
    });
  const pixels: number[] = [];
  let [top, bottom, left, right] = [rows, 0, columns, 0];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      if (isNear(y, x)) {
        pixels.push(y * columns + x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y + 1);
        left = Math.min(left, x);
        right = Math.max(right, x + 1);
      }
  const box = pixels.length > 0 ? { top, bottom, left, right } : EMPTY_BOX;
  return { box, pixels: Int32Array.from(pixels) };
}
