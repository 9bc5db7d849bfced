// The right ventricle: a crescent over the septum, an ellipse of each level less the left ventricle.
import type { LeftVentricle } from './left-ventricle.ts';
import type { HeartPoint, LvMoment } from './kinematics.ts';
import { wallNoise, type Noise } from './noise.ts';
import { ANGLES, LEVELS } from './wall-grid.ts';

/** Behind this, mm from the axis away from the septum, the right ventricle is far. */
const BEHIND_MM = -20;
const FAR_MM = 1000;

/** Where the moderator band crosses: mm towards the anterior wall, and how that grows outwards. */
export interface ModeratorBand {
  readonly level: number;
  readonly radiusMm: number;
  readonly offsetMm: number;
  readonly slope: number;
}

/** Shape at end diastole and how it contracts. */
export interface RightVentricle {
  /** From septum to free wall at the base, mm. */
  readonly depthMm: number;
  /** Half the angle between the insertion points on the left ventricle, radians. */
  readonly insertion: number;
  /** Half the height of the cavity over the outer radius of the left ventricle. */
  readonly height: number;
  /** Turn of the crescent against the middle of the septum, radians. */
  readonly turn: number;
  /** Level of its tip on the left ventricle's axis. */
  readonly tip: number;
  /** Share of the depth that is lost at full activation. */
  readonly contraction: number;
  /** How much further than the mitral plane the tricuspid plane descends, a share. */
  readonly extraDescent: number;
  readonly wallMm: number;
  readonly noise: Noise;
  readonly roughness: number;
  /** A rod from septum to free wall; radius 0 where there is none. */
  readonly band: ModeratorBand;
}

/** The right ventricle at one moment; ellipses at the nodes of level, in mm. */
export interface RvMoment {
  readonly centreMm: Float64Array;
  readonly halfDepthMm: Float64Array;
  readonly halfHeightMm: Float64Array;
  /** Level of the tricuspid plane. */
  readonly startLevel: number;
  /** Cosine and sine of the crescent's turn. */
  readonly turn: readonly [cosine: number, sine: number];
}

/** Mean radius of the left ventricle's outer surface at each level now, mm. */
function outerRadii(lv: LeftVentricle, moment: LvMoment): Float64Array {
  const radii = new Float64Array(LEVELS);
  for (let node = 0; node < LEVELS * ANGLES; node++)
    radii[Math.floor(node / ANGLES)] += Math.sqrt(outerSquared(lv, moment, node)) / ANGLES;
  return radii;
}

/** Squared outer radius of the left ventricle at a node now, mm^2. */
export function outerSquared(lv: LeftVentricle, moment: LvMoment, node: number): number {
  return moment.endoSquared[node] + (lv.epiSquared[node] - lv.endoSquared[node]) / moment.stretch;
}

/** The right ventricle at the moment of the left. */
export function rvMoment(rv: RightVentricle, lv: LeftVentricle, moment: LvMoment): RvMoment {
  const radii = outerRadii(lv, moment);
  const depthMm = rv.depthMm * (1 - rv.contraction * moment.activation);
  const centreMm = new Float64Array(LEVELS);
  const halfDepthMm = new Float64Array(LEVELS);
  const halfHeightMm = new Float64Array(LEVELS);
  for (let j = 0; j < LEVELS; j++) {
    const along = Math.min(1, j / (LEVELS - 1) / rv.tip);
    const size = (1 - along * along) ** 0.7;
    const radius = radii[j];
    const angle = rv.insertion * Math.sqrt(size);
    // The ellipse passes through both insertion points and through the free wall's middle.
    const height = radius * Math.max(1.02 * Math.sin(angle), rv.height * Math.sqrt(size)) + 1e-3;
    const side = Math.sqrt(1 - ((radius * Math.sin(angle)) / height) ** 2);
    const depth = (radius * (1 - Math.cos(angle)) + depthMm * size) / (1 + side);
    halfHeightMm[j] = height;
    halfDepthMm[j] = depth + 1e-3;
    centreMm[j] = radius * Math.cos(angle) + depth * side;
  }
  return {
    centreMm,
    halfDepthMm,
    halfHeightMm,
    startLevel: (rv.extraDescent * moment.baseMm) / (lv.lengthMm * moment.stretch),
    turn: [Math.cos(rv.turn), Math.sin(rv.turn)],
  };
}

/**
 * Where a point (filled in by `toMaterial`) lies against the free wall.
 *
 * @returns distance from the cavity's surface, mm, below 0 inside; a fair estimate outside
 */
export function distanceToRv(
  rv: RightVentricle,
  moment: RvMoment,
  point: Pick<HeartPoint, 'besideU' | 'besideV' | 'zeta'>,
): number {
  const { besideU: u, besideV: v, zeta } = point;
  // The free wall never reaches behind the axis, nor below its tip: nothing to ask there.
  if (u < BEHIND_MM || zeta > rv.tip) return FAR_MM;
  const level = Math.min(1, Math.max(0, zeta)) * (LEVELS - 1);
  const j = Math.min(LEVELS - 2, Math.floor(level));
  const k = level - j;
  const centre = moment.centreMm[j] * (1 - k) + moment.centreMm[j + 1] * k;
  const depth = moment.halfDepthMm[j] * (1 - k) + moment.halfDepthMm[j + 1] * k;
  const height = moment.halfHeightMm[j] * (1 - k) + moment.halfHeightMm[j + 1] * k;
  const along = u * moment.turn[0] + v * moment.turn[1];
  const across = v * moment.turn[0] - u * moment.turn[1];
  let x = along - centre;
  let y = across;
  let metric = Math.sqrt((x * x) / (depth * depth) + (y * y) / (height * height));
  if (metric > 0.6 && metric < 1.5) {
    // Only near its surface does the roughness matter.
    const rough = 1 + rv.roughness * wallNoise(rv.noise, Math.atan2(v, u), zeta, 5);
    x = along / rough - centre;
    y = across / rough;
    metric = Math.sqrt((x * x) / (depth * depth) + (y * y) / (height * height));
  }
  if (metric < 1e-3) return -Math.min(depth, height);
  // First-order distance to an ellipse: the metric over the length of its gradient.
  const slopeX = x / (depth * depth);
  const slopeY = y / (height * height);
  return ((metric - 1) * metric) / Math.sqrt(slopeX * slopeX + slopeY * slopeY);
}
