// The right ventricle: a crescent over the septum, an ellipse of each level less the left ventricle.
import type { LeftVentricle } from './left-ventricle.ts';
import type { HeartPoint, LvMoment } from './kinematics.ts';
import { wallNoise, type Noise } from './noise.ts';
import { SHAPE } from './parameters.ts';
import type { Patient } from './patient.ts';
import type { Random } from '../random.ts';
import { ANGLES, LEVELS } from './wall-grid.ts';

/** Behind this, mm from the axis away from the septum, the right ventricle is far. */
const BEHIND_MM = -20;
const FAR_MM = 1000;

/** Where the moderator band crosses: mm towards the anterior wall, and how that grows outwards. */
interface ModeratorBand {
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

function outerSquared(lv: LeftVentricle, moment: LvMoment, node: number): number {
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

/** Ends of the ray from the axis through the ellipse, mm, or undefined when it misses. */
function rayThroughEllipse(
  angle: number,
  ellipse: { readonly centre: number; readonly depth: number; readonly height: number },
): readonly [near: number, far: number] | undefined {
  const { centre, depth, height } = ellipse;
  const [x, y] = [Math.cos(angle) / depth, Math.sin(angle) / height];
  const squared = x * x + y * y;
  const half = (x * centre) / depth;
  const rest = half * half - squared * ((centre / depth) ** 2 - 1);
  if (rest <= 0) return undefined;
  return [(half - Math.sqrt(rest)) / squared, (half + Math.sqrt(rest)) / squared];
}

/** Volume of the cavity, mL, by integration over rays from the axis. */
export function rvVolumeMl(rv: RightVentricle, lv: LeftVentricle, now: LvMoment): number {
  const moment = rvMoment(rv, lv, now);
  const rays = ANGLES * 2;
  let sum = 0;
  for (let j = 0; j < LEVELS - 1; j++) {
    const zeta = (j + 0.5) / (LEVELS - 1);
    const inside = Math.min(1, Math.max(0, (zeta - moment.startLevel) * (LEVELS - 1) + 0.5));
    if (inside === 0) continue;
    const mean = (a: Float64Array): number => (a[j] + a[j + 1]) / 2;
    const ellipse = {
      centre: mean(moment.centreMm),
      depth: mean(moment.halfDepthMm),
      height: mean(moment.halfHeightMm),
    };
    const turned = now.twist[0] + (now.twist[1] - now.twist[0]) * zeta;
    for (let i = 0; i < rays; i++) {
      const angle = (2 * Math.PI * i) / rays;
      const ends = rayThroughEllipse(angle - rv.turn, ellipse);
      if (ends === undefined) continue;
      const rough = 1 + rv.roughness * wallNoise(rv.noise, angle, zeta, 5);
      const material = ((angle - turned) / (2 * Math.PI)) * ANGLES;
      const outer = outerAt(lv, now, { level: j, angle: material });
      const near = Math.max(0, ends[0] * rough);
      const far = ends[1] * rough;
      if (far > 0) sum += inside * Math.max(0, far * far - Math.max(outer, near * near));
    }
  }
  return ((sum / 2) * ((2 * Math.PI) / rays) * lv.lengthMm * now.stretch) / (LEVELS - 1) / 1000;
}

/** Squared outer radius half-way between two levels, between two angles. */
function outerAt(
  lv: LeftVentricle,
  now: LvMoment,
  at: { readonly level: number; readonly angle: number },
): number {
  const angle = ((at.angle % ANGLES) + ANGLES) % ANGLES;
  const left = Math.floor(angle) % ANGLES;
  const right = (left + 1) % ANGLES;
  const k = angle - Math.floor(angle);
  let sum = 0;
  for (const level of [at.level, at.level + 1]) {
    const row = level * ANGLES;
    sum += outerSquared(lv, now, row + left) * (1 - k) + outerSquared(lv, now, row + right) * k;
  }
  return sum / 2;
}

/** The value between `low` and `high` at which a rising function reaches `wanted`. */
function solve(
  rising: (x: number) => number,
  wanted: number,
  [low, high]: readonly [number, number],
): number {
  let [from, to] = [low, high];
  for (let step = 0; step < 10; step++) {
    const middle = (from + to) / 2;
    if (rising(middle) < wanted) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

/** Builds a right ventricle of the patient's volume and ejection fraction. */
export function buildRightVentricle(
  random: Random,
  patient: Patient,
  options: {
    readonly lv: LeftVentricle;
    readonly diastole: LvMoment;
    readonly systole: LvMoment;
    readonly noise: Noise;
  },
): RightVentricle {
  const { lv, diastole, systole, noise } = options;
  const draft: RightVentricle = {
    depthMm: 30,
    insertion: random.uniform([0.9, 1.2]),
    height: random.uniform([1.05, 1.3]),
    turn: random.uniform([-0.25, 0.15]),
    tip: random.uniform([0.75, 0.95]),
    contraction: 0,
    extraDescent: random.uniform([0.1, 0.5]),
    wallMm: random.uniform(SHAPE.rvWallMm),
    noise,
    roughness: random.uniform([0.03, 0.1]),
    band: {
      level: random.uniform([0.5, 0.7]),
      radiusMm: random.chance(SHAPE.moderatorBandChance) ? random.uniform([1.5, 3.5]) : 0,
      offsetMm: random.uniform([-15, 10]),
      slope: random.uniform([-0.5, 0.3]),
    },
  };
  const depthMm = solve(
    (x) => rvVolumeMl({ ...draft, depthMm: x }, lv, diastole),
    patient.rvEdvMl,
    [12, 75],
  );
  const edvMl = rvVolumeMl({ ...draft, depthMm }, lv, diastole);
  const contraction = solve(
    (x) => edvMl - rvVolumeMl({ ...draft, depthMm, contraction: x }, lv, systole),
    (edvMl * patient.rvEfPercent) / 100,
    [0, 0.75],
  );
  return { ...draft, depthMm, contraction };
}
