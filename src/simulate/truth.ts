// The true numbers of a heart, integrated over its closed form, not counted in voxels.
import { createHeartPoint, lvMoment, toSpace, type LvMoment } from './kinematics.ts';
import type { Heart } from './heart.ts';
import type { LeftVentricle } from './left-ventricle.ts';
import { rvVolumeMl } from './right-ventricle-volume.ts';
import { rimAt } from './valve-rim.ts';
import { ANGLES, createWallPlace, LEVELS, locate, meanArea, valueAt } from './wall-grid.ts';

/** Volumes in mL, mass in g, times as fractions of R-R after end diastole. */
export interface HeartTruth {
  readonly lvEdvMl: number;
  readonly lvEsvMl: number;
  readonly lvEfPercent: number;
  readonly rvEdvMl: number;
  readonly rvEsvMl: number;
  readonly rvEfPercent: number;
  /** Scar and edema included, papillary muscles excluded, 1.05 g/mL. */
  readonly lvMassG: number;
  /** From the base plane to the apex, without the gap under the aortic valve. */
  readonly myocardiumMl: number;
  readonly scarMl: number;
  readonly edemaMl: number;
  /** Share of LV mass. */
  readonly scarPercent: number;
  readonly edemaPercent: number;
  readonly endSystole: number;
  /** Lagrangian strain at end systole, the mean around the wall at mid level; middle of the wall. */
  readonly circumferentialPercent: number;
  /** Thickening of the mean wall at mid level from end diastole to end systole. */
  readonly radialPercent: number;
  readonly longitudinalPercent: number;
  /** AHA segments 1..17: share of each that is scar, %. */
  readonly scarPercentOfSegment: readonly number[];
}

/** Density of myocardium, g/mL. */
const DENSITY = 1.05;

/** Volume of the LV cavity, mL, at a fraction of R-R after end diastole. */
export function lvVolumeMl(lv: LeftVentricle, time: number): number {
  const moment = lvMoment(lv, time);
  return (lv.lengthMm * moment.stretch * meanArea(moment.endoSquared)) / 1000;
}

/**
 * AHA segment of a place in the wall (Cerqueira et al., Circulation 2002).
 *
 * @param theta - radians from the middle of the septum towards the anterior wall
 * @param zeta - 0 base, 1 apex
 * @param cavityEnd - level at which the cavity ends; the wall below it is segment 17
 */
export function ahaSegment(theta: number, zeta: number, cavityEnd: number): number {
  const degrees = ((((theta * 180) / Math.PI) % 360) + 360) % 360;
  const level = zeta / cavityEnd;
  if (level >= 1) return 17;
  if (level >= 2 / 3) {
    const apical = [14, 13, 16, 15] as const;
    return apical[Math.floor(((degrees + 45) % 360) / 90) % 4];
  }
  const basal = [2, 1, 6, 5, 4, 3] as const;
  return basal[Math.floor(degrees / 60) % 6] + (level >= 1 / 3 ? 6 : 0);
}

/** Level at which the cavity ends. */
export function cavityEnd(lv: LeftVentricle): number {
  for (let j = LEVELS - 1; j >= 0; j--)
    if (lv.endoSquared[j * ANGLES] > 0) return Math.min(1, (j + 1) / (LEVELS - 1));
  return 1;
}

/** Volumes of the wall, summed over small pieces of it. */
function wallVolumes(lv: LeftVentricle): {
  myocardiumMl: number;
  scarMl: number;
  edemaMl: number;
  scarPercentOfSegment: number[];
} {
  const place = createWallPlace();
  const [around, along] = [ANGLES * 4, (LEVELS - 1) * 4];
  const pieceMl = (lv.lengthMm * 2 * Math.PI) / (around * along) / 2 / 1000;
  const end = cavityEnd(lv);
  const segmentMl = new Float64Array(18);
  const segmentScarMl = new Float64Array(18);
  let [myocardiumMl, scarMl, edemaMl] = [0, 0, 0];
  for (let j = 0; j < along; j++)
    for (let i = 0; i < around; i++) {
      const theta = (2 * Math.PI * (i + 0.5)) / around;
      const zeta = (j + 0.5) / along;
      locate(theta, zeta, place);
      if (zeta * lv.lengthMm < rimAt(lv.rim, place)) continue;
      const wallMl = pieceMl * (valueAt(lv.epiSquared, place) - valueAt(lv.endoSquared, place));
      const depth = Math.min(1, Math.max(0, valueAt(lv.injury.front, place)));
      const atRisk = lv.injury.isAcute && valueAt(lv.injury.zone, place) > 0;
      const segment = ahaSegment(theta, zeta, end);
      myocardiumMl += wallMl;
      scarMl += depth * wallMl;
      if (atRisk) edemaMl += (1 - depth) * wallMl;
      segmentMl[segment] += wallMl;
      segmentScarMl[segment] += depth * wallMl;
    }
  const scarPercentOfSegment = Array.from({ length: 17 }, (_, i) =>
    segmentMl[i + 1] > 0 ? (100 * segmentScarMl[i + 1]) / segmentMl[i + 1] : 0,
  );
  return { myocardiumMl, scarMl, edemaMl, scarPercentOfSegment };
}

/** Strain at mid level between end diastole and a time. */
function strainAt(
  lv: LeftVentricle,
  time: number,
): Pick<HeartTruth, 'circumferentialPercent' | 'radialPercent' | 'longitudinalPercent'> {
  const place = createWallPlace();
  const point = createHeartPoint();
  const moments = [lvMoment(lv, 0), lvMoment(lv, time)];
  const around = 2 * ANGLES;
  const level = 0.5 * cavityEnd(lv);
  const lengths = [0, 0];
  const thickness = [0, 0];
  const inPlane = (share: number, angle: number, moment: LvMoment): readonly [number, number] => {
    locate(angle, level, place);
    const [endo, epi] = [valueAt(lv.endoSquared, place), valueAt(lv.epiSquared, place)];
    const radius = Math.sqrt(endo) + share * (Math.sqrt(epi) - Math.sqrt(endo));
    point.rSquared = radius * radius;
    point.theta = angle;
    point.zeta = level;
    toSpace(lv, moment, point);
    return [point.u, point.v];
  };
  const apart = (p: readonly [number, number], q: readonly [number, number]): number =>
    Math.hypot(p[0] - q[0], p[1] - q[1]);
  for (let i = 0; i < around; i++) {
    const [angle, next] = [(2 * Math.PI * i) / around, (2 * Math.PI * (i + 1)) / around];
    moments.forEach((moment, m) => {
      lengths[m] += apart(inPlane(0.5, angle, moment), inPlane(0.5, next, moment));
      thickness[m] += apart(inPlane(0, angle, moment), inPlane(1, angle, moment));
    });
  }
  return {
    circumferentialPercent: 100 * (lengths[1] / lengths[0] - 1),
    radialPercent: 100 * (thickness[1] / thickness[0] - 1),
    longitudinalPercent: 100 * (moments[1].stretch - 1),
  };
}

/** The true numbers of a heart. */
export function heartTruth(heart: Heart): HeartTruth {
  const { lv, rv } = heart;
  const times = Array.from({ length: 100 }, (_, i) => i / 100);
  const volumes = times.map((time) => lvVolumeMl(lv, time));
  const lvEdvMl = lvVolumeMl(lv, 0);
  const lvEsvMl = Math.min(...volumes);
  const endSystole = times[volumes.indexOf(lvEsvMl)];
  const rvEdvMl = rvVolumeMl(rv, lv, lvMoment(lv, 0));
  const rvEsvMl = rvVolumeMl(rv, lv, lvMoment(lv, lv.cycle.endSystole));
  const wall = wallVolumes(lv);
  return {
    lvEdvMl,
    lvEsvMl,
    lvEfPercent: 100 * (1 - lvEsvMl / lvEdvMl),
    rvEdvMl,
    rvEsvMl,
    rvEfPercent: 100 * (1 - rvEsvMl / rvEdvMl),
    lvMassG: DENSITY * wall.myocardiumMl,
    ...wall,
    scarPercent: (100 * wall.scarMl) / wall.myocardiumMl,
    edemaPercent: (100 * wall.edemaMl) / wall.myocardiumMl,
    endSystole,
    ...strainAt(lv, endSystole),
  };
}
