// How the heart lies in the chest: its frame against the patient's (LPS, mm).
import { addScaled, cross, dot, length, subtract, type Vec3 } from '../volume.ts';
import type { Heart } from './heart.ts';
import type { Random } from '../random.ts';
import { ANGLES } from './wall-grid.ts';

/** Origin (middle of the base plane at end diastole) and axes of the heart's frame in the patient. */
export interface Placement {
  readonly origin: Vec3;
  /** Towards the middle of the septum, the anterior wall and the apex; u x v = -a. */
  readonly u: Vec3;
  readonly v: Vec3;
  readonly a: Vec3;
}

/** A vector of length 1. */
export const unit = (vector: Vec3): Vec3 => addScaled([0, 0, 0], vector, 1 / length(vector));

/** The part of `vector` at right angles to the unit vector `axis`, made a unit vector. */
export const perpendicular = (vector: Vec3, axis: Vec3): Vec3 =>
  unit(addScaled(vector, axis, -dot(vector, axis)));

/** The usual long axis points left, forward and down; the septum faces right and forward. */
const USUAL_AXIS: Vec3 = [0.65, -0.55, -0.52];
const USUAL_SEPTUM: Vec3 = [-0.6, -0.75, 0.05];

const jitter = (random: Random, vector: Vec3, size: number): Vec3 => [
  vector[0] + size * random.normal(),
  vector[1] + size * random.normal(),
  vector[2] + size * random.normal(),
];

/** Greatest outer radius of the left ventricle, mm. */
export function greatestRadiusMm(heart: Heart): number {
  let most = 0;
  for (let j = 0; j < heart.lv.epiSquared.length; j += ANGLES)
    most = Math.max(most, ...heart.lv.epiSquared.subarray(j, j + ANGLES));
  return Math.sqrt(most);
}

/** Lays the heart into the chest, its middle at `centre`. */
export function placeHeart(random: Random, heart: Heart, centre: Vec3): Placement {
  const a = unit(jitter(random, USUAL_AXIS, 0.1));
  const u = perpendicular(jitter(random, USUAL_SEPTUM, 0.1), a);
  const v = cross(u, a);
  return { origin: addScaled(centre, a, -0.45 * heart.lv.lengthMm), u, v, a };
}

/** A patient's point in the heart's frame. */
export function toHeart(placement: Placement, point: Vec3): Vec3 {
  const offset = subtract(point, placement.origin);
  return [dot(offset, placement.u), dot(offset, placement.v), dot(offset, placement.a)];
}
