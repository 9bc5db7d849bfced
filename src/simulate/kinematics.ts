// How a material point of the left ventricle moves, in closed form both ways.
//
// A material point is (squared radius, angle, level) at end diastole. Along the axis the wall
// shortens evenly, the endocardium moves as its contraction says, and every cross-section keeps its
// volume: r'^2 = r1^2 + (r^2 - r0^2) / ll. Nothing is iterated, so the inverse is exact.
import { activation } from './cardiac-cycle.ts';
import type { LeftVentricle } from './left-ventricle.ts';
import { rimAt } from './valve-rim.ts';
import { createWallPlace, locate, mapWallField, valueAt, type WallField } from './wall-grid.ts';

/** Numbers kept for each node of the packed fields. */
const STRIDE = 3;

/** The left ventricle at one moment. */
export interface LvMoment {
  /** Activation of the heart as a whole, 0..1. */
  readonly activation: number;
  /** Length over length at end diastole. */
  readonly stretch: number;
  /** Where the base plane has gone, mm along the axis. */
  readonly baseMm: number;
  readonly endoSquared: WallField;
  /**
   * For each node: squared endocardial radius at end diastole, now, and the squared outer less the
   * squared inner radius at end diastole. Side by side, because the loop over voxels asks for all.
   */
  readonly packed: Float64Array;
  /** Greatest squared outer radius now, mm^2. */
  readonly greatestOuterSquared: number;
  readonly twist: readonly [base: number, apex: number];
  readonly driftMm: readonly [u: number, v: number];
}

/** A point in space (the heart's frame, mm) and the material point there. */
export interface HeartPoint {
  u: number;
  v: number;
  a: number;
  /** Material squared radius, mm^2; inside the cavity, the blood is scaled with its wall. */
  rSquared: number;
  theta: number;
  zeta: number;
  /** Where the wall begins at this angle, mm below the base plane at end diastole. */
  rimMm: number;
  /** Share of the wall's cross-section from the endocardium: < 0 cavity, 0..1 wall, > 1 outside. */
  depth: number;
  /** Place at this moment against the bent and drifted axis, mm. */
  besideU: number;
  besideV: number;
  /** Squared distance from the axis at this moment, mm^2. */
  nowSquared: number;
  /** Squared endocardial radius at this moment, mm^2. */
  endoNowSquared: number;
  /** Where there is no muscle or blood: distance from it, mm. */
  outsideMm: number;
}

export const createHeartPoint = (): HeartPoint => ({
  u: 0,
  v: 0,
  a: 0,
  rSquared: 0,
  theta: 0,
  zeta: 0,
  rimMm: 0,
  depth: 0,
  besideU: 0,
  besideV: 0,
  nowSquared: 0,
  endoNowSquared: 0,
  outsideMm: 0,
});

/** The ventricle at a time, a fraction of R-R after end diastole. */
export function lvMoment(lv: LeftVentricle, time: number): LvMoment {
  const global = activation(lv.cycle, time);
  const shortening = lv.longitudinal * global;
  const endoSquared = mapWallField((node) => {
    const local = activation(lv.cycle, time - lv.delay[node]);
    return lv.endoSquared[node] * (1 - lv.contraction[node] * local) ** 2;
  });
  const packed = new Float64Array(STRIDE * endoSquared.length);
  let greatestOuterSquared = 0;
  for (let node = 0; node < endoSquared.length; node++) {
    const wall = lv.epiSquared[node] - lv.endoSquared[node];
    packed[STRIDE * node] = lv.endoSquared[node];
    packed[STRIDE * node + 1] = endoSquared[node];
    packed[STRIDE * node + 2] = wall;
    greatestOuterSquared = Math.max(
      greatestOuterSquared,
      endoSquared[node] + wall / (1 - shortening),
    );
  }
  return {
    activation: global,
    stretch: 1 - shortening,
    baseMm: lv.lengthMm * shortening * (1 - lv.apexMotion),
    endoSquared,
    packed,
    greatestOuterSquared,
    twist: [lv.twist[0] * global, lv.twist[1] * global],
    driftMm: [lv.driftMm[0] * global, lv.driftMm[1] * global],
  };
}

const bend = (zeta: number): number => 4 * zeta * (1 - zeta);

const place = createWallPlace();

/** Depth of a point that is far outside the wall. */
export const FAR_OUTSIDE = 1000;
/** Beyond the greatest outer radius by this, mm, a point is only said to be far outside. */
const FAR_MM = 25;

/** Bilinear value of part `part` of the packed fields at the place. */
function packedAt(packed: Float64Array, part: number): number {
  const { upper, lower, left, right, alongAngle, alongLevel } = place;
  const above =
    packed[STRIDE * (upper + left) + part] * (1 - alongAngle) +
    packed[STRIDE * (upper + right) + part] * alongAngle;
  const below =
    packed[STRIDE * (lower + left) + part] * (1 - alongAngle) +
    packed[STRIDE * (lower + right) + part] * alongAngle;
  return above * (1 - alongLevel) + below * alongLevel;
}

/**
 * Finds the material point at (u, v, a) and writes it into the same object. Below the base plane
 * only (level >= 0) is the answer part of the ventricle.
 */
export function toMaterial(lv: LeftVentricle, moment: LvMoment, point: HeartPoint): void {
  const zeta = (point.a - moment.baseMm) / (lv.lengthMm * moment.stretch);
  const side = bend(zeta < 0 ? 0 : zeta > 1 ? 1 : zeta);
  const u = point.u - moment.driftMm[0] - lv.bendMm[0] * side;
  const v = point.v - moment.driftMm[1] - lv.bendMm[1] * side;
  const nowSquared = u * u + v * v;
  point.zeta = zeta;
  point.besideU = u;
  point.besideV = v;
  point.nowSquared = nowSquared;
  if (nowSquared > (Math.sqrt(moment.greatestOuterSquared) + FAR_MM) ** 2) {
    point.depth = FAR_OUTSIDE;
    return;
  }
  const turned = moment.twist[0] + (moment.twist[1] - moment.twist[0]) * zeta;
  const theta = Math.atan2(v, u) - turned;
  locate(theta, zeta, place);
  point.rimMm = rimAt(lv.rim, place);
  const endo = packedAt(moment.packed, 0);
  const endoNow = packedAt(moment.packed, 1);
  point.theta = theta;
  point.endoNowSquared = endoNow;
  if (nowSquared < endoNow) {
    point.rSquared = (nowSquared * endo) / endoNow;
    point.depth = nowSquared / endoNow - 1;
  } else {
    point.rSquared = endo + (nowSquared - endoNow) * moment.stretch;
    point.depth =
      zeta > 1 ? FAR_OUTSIDE : (point.rSquared - endo) / Math.max(1e-6, packedAt(moment.packed, 2));
  }
}

/** Moves the material point (rSquared, theta, zeta) to where it is at this moment: sets u, v, a. */
export function toSpace(lv: LeftVentricle, moment: LvMoment, point: HeartPoint): void {
  const { zeta, theta, rSquared } = point;
  locate(theta, zeta, place);
  const endo = valueAt(lv.endoSquared, place);
  const endoNow = valueAt(moment.endoSquared, place);
  const nowSquared =
    rSquared < endo ? (rSquared * endoNow) / endo : endoNow + (rSquared - endo) / moment.stretch;
  const radius = Math.sqrt(nowSquared);
  const angle = theta + moment.twist[0] + (moment.twist[1] - moment.twist[0]) * zeta;
  const side = bend(Math.min(1, Math.max(0, zeta)));
  point.a = moment.baseMm + zeta * lv.lengthMm * moment.stretch;
  point.u = radius * Math.cos(angle) + moment.driftMm[0] + lv.bendMm[0] * side;
  point.v = radius * Math.sin(angle) + moment.driftMm[1] + lv.bendMm[1] * side;
}
