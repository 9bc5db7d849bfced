// Fields over the wall of the left ventricle, by angle and level.

/** Nodes around the wall. */
export const ANGLES = 72;
/** Nodes from base (level 0) to apex (level 1), both ends included. */
export const LEVELS = 41;

/** `[LEVELS, ANGLES]`; bilinear between the nodes, periodic in the angle. */
export type WallField = Float64Array;

/** The four nodes around a point of the wall and its place between them. */
export interface WallPlace {
  /** Offsets of the level before and after, and of the angle before and after. */
  upper: number;
  lower: number;
  left: number;
  right: number;
  alongLevel: number;
  alongAngle: number;
}

export const createWallPlace = (): WallPlace => ({
  upper: 0,
  lower: 0,
  left: 0,
  right: 0,
  alongLevel: 0,
  alongAngle: 0,
});

/**
 * Finds a point of the wall among the nodes.
 *
 * @param theta - radians, any turn
 * @param zeta - 0 base, 1 apex; held at the ends
 * @param place - receives the answer, so that the loop over voxels allocates nothing
 */
export function locate(theta: number, zeta: number, place: WallPlace): void {
  const turn = theta / (2 * Math.PI);
  const angle = (turn - Math.floor(turn)) * ANGLES;
  const left = Math.floor(angle) % ANGLES;
  const level = Math.min(1, Math.max(0, zeta)) * (LEVELS - 1);
  const upper = Math.min(LEVELS - 2, Math.floor(level));
  place.left = left;
  place.right = (left + 1) % ANGLES;
  place.alongAngle = angle - Math.floor(angle);
  place.upper = upper * ANGLES;
  place.lower = (upper + 1) * ANGLES;
  place.alongLevel = level - upper;
}

/** Value of the field at a place found by `locate`. */
export function valueAt(field: WallField, place: WallPlace): number {
  const { upper, lower, left, right, alongAngle, alongLevel } = place;
  const above = field[upper + left] * (1 - alongAngle) + field[upper + right] * alongAngle;
  const below = field[lower + left] * (1 - alongAngle) + field[lower + right] * alongAngle;
  return above * (1 - alongLevel) + below * alongLevel;
}

/** A field from a function of angle (radians) and level. */
export function wallField(value: (theta: number, zeta: number) => number): WallField {
  const field = new Float64Array(LEVELS * ANGLES);
  for (let j = 0; j < LEVELS; j++)
    for (let i = 0; i < ANGLES; i++)
      field[j * ANGLES + i] = value((2 * Math.PI * i) / ANGLES, j / (LEVELS - 1));
  return field;
}

/** A field from the values of other fields, node by node. */
export function mapWallField(value: (node: number) => number): WallField {
  const field = new Float64Array(LEVELS * ANGLES);
  for (let node = 0; node < field.length; node++) field[node] = value(node);
  return field;
}

/** Each node mixed with its neighbours, as often as asked: a stiff wall tethers what it borders. */
export function smoothWallField(field: WallField, passes: number): WallField {
  let from = field;
  for (let pass = 0; pass < passes; pass++) {
    const to = new Float64Array(from.length);
    for (let j = 0; j < LEVELS; j++) {
      const upper = Math.max(0, j - 1) * ANGLES;
      const lower = Math.min(LEVELS - 1, j + 1) * ANGLES;
      for (let i = 0; i < ANGLES; i++) {
        const sides =
          from[j * ANGLES + ((i + 1) % ANGLES)] + from[j * ANGLES + ((i + ANGLES - 1) % ANGLES)];
        to[j * ANGLES + i] =
          from[j * ANGLES + i] / 2 + (sides + from[upper + i] + from[lower + i]) / 8;
      }
    }
    from = to;
  }
  return from;
}

/**
 * Integral over angle and level of half a squared radius: the area of the cross-section, summed
 * along the axis. Exact for the bilinear field.
 *
 * @param squared - squared radius, mm^2
 * @returns mm^2; times the length in mm it is a volume in mm^3
 */
export function meanArea(squared: WallField): number {
  let sum = 0;
  for (let j = 0; j < LEVELS; j++) {
    const weight = j === 0 || j === LEVELS - 1 ? 0.5 : 1;
    for (let i = 0; i < ANGLES; i++) sum += weight * squared[j * ANGLES + i];
  }
  return (Math.PI * sum) / (ANGLES * (LEVELS - 1));
}
