// A right ventricle of a patient's volume and ejection fraction.
import type { Random } from '../random.ts';
import type { LvMoment } from './kinematics.ts';
import type { LeftVentricle } from './left-ventricle.ts';
import type { Noise } from './noise.ts';
import { SHAPE } from './parameters.ts';
import type { Patient } from './patient.ts';
import { rvVolumeMl } from './right-ventricle-volume.ts';
import type { RightVentricle } from './right-ventricle.ts';

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
