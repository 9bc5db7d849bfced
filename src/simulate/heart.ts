// A whole beating heart, and which tissue is where at any moment.
import { TASK_LABEL } from '../labels.ts';
import { distanceToStructure, drawBaseStructures, type BaseStructure } from './base-structures.ts';
import { buildRightVentricle } from './build-right-ventricle.ts';
import { drawCardiacCycle } from './cardiac-cycle.ts';
import { buildLeftVentricle, type LeftVentricle } from './left-ventricle.ts';
import { FAR_OUTSIDE, lvMoment, toMaterial, type HeartPoint, type LvMoment } from './kinematics.ts';
import { createNoise, smoothstep, wallNoise, type Noise } from './noise.ts';
import { SHAPE } from './parameters.ts';
import type { Patient } from './patient.ts';
import type { Random } from '../random.ts';
import { distanceToRv, rvMoment, type RightVentricle, type RvMoment } from './right-ventricle.ts';
import { TISSUE } from './tissues.ts';
import { createWallPlace, locate, valueAt } from './wall-grid.ts';

interface Papillary {
  readonly theta: number;
  readonly radiusMm: number;
  readonly gapMm: number;
  readonly level: number;
  readonly halfLength: number;
}

/** Everything of one heart that does not change with time. */
export interface Heart {
  readonly patient: Patient;
  readonly lv: LeftVentricle;
  readonly rv: RightVentricle;
  readonly base: readonly BaseStructure[];
  readonly papillaries: readonly Papillary[];
  readonly trabeculaeMm: number;
  readonly fatMm: number;
  readonly noise: Noise;
}

/** The heart at one moment. */
export interface HeartMoment {
  /** Fraction of R-R after end diastole. */
  readonly time: number;
  readonly lv: LvMoment;
  readonly rv: RvMoment;
}

const NOT_HEART = -1;
/** Of the outflow tract where it has no muscle. */
const OUTFLOW_WALL_MM = 1.5;

/** Label of every tissue; what is not listed is background. */
const LABEL_OF_TISSUE = new Uint8Array(32);
LABEL_OF_TISSUE[TISSUE.myocardium] = TASK_LABEL.myocardium;
LABEL_OF_TISSUE[TISSUE.scar] = TASK_LABEL.scar;
LABEL_OF_TISSUE[TISSUE.darkCore] = TASK_LABEL.scar;
LABEL_OF_TISSUE[TISSUE.edema] = TASK_LABEL.edema;
LABEL_OF_TISSUE[TISSUE.lvBlood] = TASK_LABEL.lvBlood;
// As experts draw: papillary muscles, trabeculae and thrombus lie inside the endocardial contour.
LABEL_OF_TISSUE[TISSUE.papillary] = TASK_LABEL.lvBlood;
LABEL_OF_TISSUE[TISSUE.thrombus] = TASK_LABEL.lvBlood;
LABEL_OF_TISSUE[TISSUE.rvBlood] = TASK_LABEL.rvBlood;
LABEL_OF_TISSUE[TISSUE.rvTrabecula] = TASK_LABEL.rvBlood;

/** Whether a label is of the right ventricle or of nothing. */
const isOutsideLv = (label: number): boolean =>
  label === TASK_LABEL.background || label === TASK_LABEL.rvBlood;

/**
 * Training label (TASK_LABEL) of a point of a tissue; a place that is not heart is background. As readers draw, a slice
 * is of the left ventricle or it is not: where its middle lies below the base plane, what it shows of the cavity beyond
 * the plane is taken with it, else none of the ventricle is.
 *
 * @param point - as `tissueAt` left it
 * @param isOfLv - from {@link isSliceOfLv}
 */
export function labelOf(tissue: number, point: HeartPoint, isOfLv: boolean): number {
  if (tissue === NOT_HEART) return TASK_LABEL.background;
  if (tissue === TISSUE.atrium && isOfLv && point.zeta < 0 && point.depth < 0)
    return TASK_LABEL.lvBlood;
  const label = LABEL_OF_TISSUE[tissue];
  return isOfLv || isOutsideLv(label) ? label : TASK_LABEL.background;
}

/** Two groups of heads: one between anterior and lateral wall, one between inferior and lateral. */
function drawPapillaries(random: Random): Papillary[] {
  return [random.uniform([115, 150]), random.uniform([225, 260])].flatMap((middle) => {
    const spread = random.uniform(SHAPE.papillarySpreadDegrees);
    const level = random.uniform([0.42, 0.6]);
    return Array.from({ length: random.integer(SHAPE.papillaryHeads) }, () => ({
      theta: ((middle + spread * (random.next() - 0.5) * 2) * Math.PI) / 180,
      radiusMm: random.uniform(SHAPE.papillaryRadiusMm),
      gapMm: random.uniform([0, 6]),
      level: level + random.uniform([-0.08, 0.08]),
      halfLength: random.uniform([0.15, 0.35]),
    }));
  });
}

/** Builds the heart of a patient; every number comes from the stream. */
export function buildHeart(random: Random, patient: Patient): Heart {
  const noise = createNoise(random.fork('noise'));
  const cycle = drawCardiacCycle(random.fork('cycle'));
  const lv = buildLeftVentricle(random.fork('left'), patient, { cycle, noise });
  const rv = buildRightVentricle(random.fork('right'), patient, {
    lv,
    diastole: lvMoment(lv, 0),
    systole: lvMoment(lv, cycle.endSystole),
    noise,
  });
  const rest = random.fork('rest');
  return {
    patient,
    lv,
    rv,
    base: drawBaseStructures(rest, lv, rv),
    papillaries: drawPapillaries(rest),
    trabeculaeMm: rest.uniform(SHAPE.trabeculaeMm),
    fatMm: rest.uniform(SHAPE.fatMm),
    noise,
  };
}

/** The heart at a time, a fraction of R-R after end diastole. */
export function heartMoment(heart: Heart, time: number): HeartMoment {
  const lv = lvMoment(heart.lv, time);
  return { time, lv, rv: rvMoment(heart.rv, heart.lv, lv) };
}

const place = createWallPlace();

function tissueOfWall(heart: Heart, point: HeartPoint): number {
  const { injury } = heart.lv;
  locate(point.theta, point.zeta, place);
  const front = valueAt(injury.front, place);
  if (point.depth < front)
    return injury.hasDarkCore && point.depth < 0.6 * (front - 0.3) ? TISSUE.darkCore : TISSUE.scar;
  return injury.isAcute && valueAt(injury.zone, place) > 0 ? TISSUE.edema : TISSUE.myocardium;
}

function tissueOfCavity(heart: Heart, moment: HeartMoment, point: HeartPoint): number {
  const radius = Math.sqrt(point.nowSquared);
  const wall = Math.sqrt(point.endoNowSquared);
  const active = moment.lv.activation;
  for (const muscle of heart.papillaries) {
    const along = (point.zeta - muscle.level) / muscle.halfLength;
    if (along * along >= 1) continue;
    const lumpy = 1 + 0.35 * wallNoise(heart.noise, point.theta, 2 * point.zeta, 30);
    const size = muscle.radiusMm * Math.sqrt(1 - along * along) * lumpy * (1 + 0.15 * active);
    const centre = wall - 0.7 * muscle.radiusMm - muscle.gapMm * (1 - 0.7 * active);
    const outward = radius - centre;
    if (outward < -size || outward > size) continue;
    const turn = point.theta - muscle.theta;
    // Chord between the point and the muscle's axis (law of cosines).
    const apart = 2 * radius * centre * (1 - Math.cos(turn));
    if (outward * outward + apart < size * size) return TISSUE.papillary;
  }
  const fromWall = wall - radius;
  const deep = heart.trabeculaeMm * (0.25 + 0.75 * smoothstep(0.2, 0.8, point.zeta));
  if (fromWall < deep) {
    const ridge = wallNoise(heart.noise, point.theta, 3 * point.zeta, 24);
    // As the cavity shrinks its ridges are pressed together.
    if (ridge > -0.1 + 0.6 * (fromWall / deep) - 0.2 * active) return TISSUE.papillary;
  }
  if (heart.lv.injury.hasThrombus && fromWall < 0.35 * wall && point.zeta > 0.6) {
    locate(point.theta, point.zeta, place);
    if (valueAt(heart.lv.injury.zone, place) > 0.25) return TISSUE.thrombus;
  }
  return TISSUE.lvBlood;
}

/** Tissue of a point inside the free wall's surface, `distance` mm from it. */
function tissueOfRv(heart: Heart, point: HeartPoint, distance: number): number {
  const { level, radiusMm, offsetMm, slope } = heart.rv.band;
  const along = (point.zeta - level) * heart.lv.lengthMm;
  const across = point.besideV - offsetMm - slope * point.besideU;
  if (along * along + across * across < radiusMm * radiusMm) return TISSUE.rvTrabecula;
  const deep = heart.trabeculaeMm * (0.4 + point.zeta);
  if (-distance < deep) {
    const ridge = heart.noise(point.u / 4, point.v / 4, point.zeta * 14);
    if (ridge > 0.1 + 0.6 * (-distance / deep)) return TISSUE.rvTrabecula;
  }
  return TISSUE.rvBlood;
}

/**
 * The tissue at point.u, point.v, point.a (mm, the heart's frame) at a moment; fills in the
 * material coordinates of the point.
 *
 * @returns a TISSUE, or -1 where the heart and its fat end
 */
export function tissueAt(heart: Heart, moment: HeartMoment, point: HeartPoint): number {
  toMaterial(heart.lv, moment.lv, point);
  const belowMm = point.zeta * heart.lv.lengthMm;
  const isInSleeve = belowMm >= -heart.lv.rim.atriumTopMm && point.zeta <= 1;
  if (isInSleeve && point.depth < 0)
    return point.zeta >= 0 ? tissueOfCavity(heart, moment, point) : TISSUE.atrium;
  const hasMuscle = belowMm >= point.rimMm;
  const isInWall = isInSleeve && point.depth <= 1;
  if (isInWall && hasMuscle) return tissueOfWall(heart, point);
  const isBesideGap = isInSleeve && !hasMuscle && point.depth < FAR_OUTSIDE;
  let outside = isBesideGap ? beyondThinWall(point) : outsideLv(heart, moment, point);
  if (outside < 0) return TISSUE.vesselWall;
  if (point.zeta >= moment.rv.startLevel) {
    const distance = distanceToRv(heart.rv, moment.rv, point);
    // The right ventricle ends at the left one's outer surface also where that one has no muscle.
    if (distance < 0) return isInWall ? TISSUE.pericardialFat : tissueOfRv(heart, point, distance);
    if (distance < heart.rv.wallMm) return TISSUE.rvWall;
    outside = Math.min(outside, distance - heart.rv.wallMm);
  }
  if (point.zeta < 0.25) {
    const aboveMm = moment.lv.baseMm - point.a;
    for (const structure of heart.base) {
      const distance = distanceToStructure(structure, point, aboveMm, moment.lv.activation);
      if (distance < 0) return structure.tissue;
      if (distance < structure.wallMm) return TISSUE.vesselWall;
      outside = Math.min(outside, distance - structure.wallMm);
    }
  }
  point.outsideMm = outside;
  return tissueOfFat(heart, point, outside);
}

/** How far beyond muscle, mm, fat and pericardium can still be. */
export const greatestFatMm = (heart: Heart): number => 2 * heart.fatMm + 4;

/** Distance from the thin wall that outflow tract and atrium have in place of muscle, mm; below 0 inside it. */
const beyondThinWall = ({ nowSquared, endoNowSquared }: HeartPoint): number =>
  Math.sqrt(nowSquared) - Math.sqrt(endoNowSquared) - OUTFLOW_WALL_MM;

/** Distance of a point that is not in the left ventricle from its outer surface, mm. */
function outsideLv(heart: Heart, moment: HeartMoment, point: HeartPoint): number {
  if (point.zeta * heart.lv.lengthMm < -heart.lv.rim.atriumTopMm) return Infinity;
  if (point.zeta > 1) {
    const below = (point.zeta - 1) * heart.lv.lengthMm * moment.lv.stretch;
    return Math.sqrt(below * below + point.nowSquared);
  }
  if (point.depth === FAR_OUTSIDE)
    return Math.sqrt(point.nowSquared) - Math.sqrt(moment.lv.greatestOuterSquared);
  // Area beyond the wall over the circumference: the wall is thin against its radius.
  const radius = Math.sqrt(point.nowSquared);
  const wall = point.depth > 0 ? (point.nowSquared - point.endoNowSquared) / point.depth : 0;
  return radius - Math.sqrt(Math.max(0, point.endoNowSquared + wall));
}

/** Fat lies thick in the grooves and thin elsewhere; the pericardium closes it off. */
function tissueOfFat(heart: Heart, point: HeartPoint, distance: number): number {
  if (distance > greatestFatMm(heart)) return NOT_HEART;
  const patch = heart.noise(point.u / 18 + 5, point.v / 18, point.a / 18);
  const groove = 1 + 1.2 * (1 - smoothstep(-0.05, 0.15, point.zeta));
  const thickness = Math.max(0.4, heart.fatMm * groove * (0.8 + 1.1 * patch));
  if (distance < thickness) return TISSUE.pericardialFat;
  return distance < thickness + 1.2 ? TISSUE.pericardium : NOT_HEART;
}
