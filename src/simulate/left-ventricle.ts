// The left ventricle of one patient: shape at end diastole and how it contracts.
import type { CardiacCycle } from './cardiac-cycle.ts';
import { activation } from './cardiac-cycle.ts';
import { layInfarct, noInjury, type BareWall, type Injury } from './injury.ts';
import { smoothstep, wallNoise, type Noise } from './noise.ts';
import { INJURY, SHAPE } from './parameters.ts';
import type { Patient } from './patient.ts';
import type { Random } from '../random.ts';
import { drawValveRim, type ValveRim } from './valve-rim.ts';
import { mapWallField, meanArea, wallField, type WallField } from './wall-grid.ts';

/**
 * Shape and motion in the heart's own frame: u towards the middle of the septum, v towards the
 * anterior wall, a along the axis from the base plane to the apex; angle 0 is u, 90 degrees is v.
 */
export interface LeftVentricle extends BareWall {
  readonly cycle: CardiacCycle;
  readonly injury: Injury;
  readonly rim: ValveRim;
  /** Shortening of the endocardial radius at full activation, a share; below 0 where it bulges. */
  readonly contraction: WallField;
  /** Local delay of activation, fraction of R-R. */
  readonly delay: WallField;
  /** Shortening of the axis at full activation, a share. */
  readonly longitudinal: number;
  /** Share of that shortening which moves the apex. */
  readonly apexMotion: number;
  /** Rotation at full activation at base and apex, radians. */
  readonly twist: readonly [base: number, apex: number];
  /** Sideways offset of the middle of the axis, mm. */
  readonly bendMm: readonly [u: number, v: number];
  /** Sideways motion at full activation, mm. */
  readonly driftMm: readonly [u: number, v: number];
}

/** What every step of building the ventricle shares. */
interface Draft {
  readonly patient: Patient;
  readonly random: Random;
  readonly noise: Noise;
  readonly equator: number;
  readonly roundness: number;
  readonly baseNarrowing: number;
  readonly cavityNoise: number;
  readonly apexWallMm: number;
  /** The cross-section is an ellipse by this share, longest at the angle. */
  readonly oval: readonly [share: number, theta: number];
  /** How far the septum is flattened towards the cavity, share of the radius. */
  readonly flattening: number;
}

/** Squared radius at a level, relative to the greatest. */
function profile(draft: Draft, zeta: number, end: number): number {
  if (zeta < draft.equator)
    return 1 - draft.baseNarrowing * ((draft.equator - zeta) / draft.equator) ** 2;
  const along = (zeta - draft.equator) / (end - draft.equator);
  return Math.max(0, 1 - along ** draft.roundness);
}

/** Cavity of the wanted volume; `bulge` widens it where an old scar gave way. */
function shapeCavity(
  draft: Draft,
  bulge: WallField | undefined,
): { lengthMm: number; end: number; radiusMm: number; endoSquared: WallField } {
  const { patient, noise } = draft;
  let radiusMm = 25;
  for (let step = 0; ; step++) {
    const lengthMm = 2 * radiusMm * patient.elongation + draft.apexWallMm;
    const end = 1 - draft.apexWallMm / lengthMm;
    let node = 0;
    const endoSquared = wallField((theta, zeta) => {
      const rough = draft.cavityNoise * wallNoise(noise, theta, zeta, 4);
      const oval = draft.oval[0] * Math.cos(2 * (theta - draft.oval[1]));
      // Widest at the septum's middle, gone at the insertion points.
      const flat =
        draft.flattening *
        Math.max(0, Math.cos(1.4 * Math.atan2(Math.sin(theta), Math.cos(theta))));
      const wide = 1 + (bulge?.[node++] ?? 0);
      return profile(draft, zeta, end) * (radiusMm * (1 + rough + oval - flat) * wide) ** 2;
    });
    const volumeMl = (lengthMm * meanArea(endoSquared)) / 1000;
    if (step === 12) return { lengthMm, end, radiusMm, endoSquared };
    radiusMm *= Math.cbrt(patient.edvMl / volumeMl);
  }
}

/** Wall around the cavity; `thickness` is relative to the patient's mid-level wall. */
function shapeWall(draft: Draft, thickness: WallField, bulge?: WallField): BareWall {
  const { lengthMm, end, radiusMm, endoSquared } = shapeCavity(draft, bulge);
  let node = 0;
  const epiSquared = wallField((_, zeta) => {
    const outer = (radiusMm + draft.patient.wallMm) * Math.sqrt(profile(draft, zeta, 1));
    const inner = radiusMm * Math.sqrt(profile(draft, zeta, end));
    const endo = Math.sqrt(endoSquared[node]);
    return (endo + (outer - inner) * thickness[node++]) ** 2;
  });
  return { lengthMm, endoSquared, epiSquared };
}

/** Relative thickness: septum against lateral wall, and irregularity. */
function drawThickness(draft: Draft): WallField {
  const amplitude = draft.random.uniform(SHAPE.wallNoise);
  return wallField((theta, zeta) => {
    const septal = 1 + (draft.patient.septumRatio - 1) * (0.5 + 0.5 * Math.cos(theta));
    return septal * (1 + amplitude * wallNoise(draft.noise, theta, zeta + 5, 6));
  });
}

/** Swelling of an acute territory, thinning and bulging of an old scar. */
function remodel(
  draft: Draft,
  injury: Injury,
  thickness: WallField,
): { thickness: WallField; bulge: WallField | undefined } {
  const { random, patient } = draft;
  const swelling = random.uniform(INJURY.swellingMm) / patient.wallMm;
  const thinning = 1 - random.uniform(INJURY.thinning);
  const aneurysm = random.uniform(INJURY.aneurysm) * (patient.infarct?.transmurality ?? 0);
  const inZone = (node: number): number => smoothstep(-0.1, 0.25, injury.zone[node]);
  if (injury.isAcute)
    return {
      thickness: mapWallField((node) => thickness[node] * (1 + swelling * inZone(node))),
      bulge: undefined,
    };
  const deep = (node: number): number => inZone(node) * Math.max(0, injury.front[node]);
  return {
    thickness: mapWallField((node) => thickness[node] * (1 - thinning * deep(node))),
    bulge: mapWallField((node) => aneurysm * deep(node)),
  };
}

/** Scales the pattern of contraction until the ejection fraction is the patient's. */
function calibrate(
  draft: Draft,
  wall: BareWall,
  motion: Pick<LeftVentricle, 'cycle' | 'delay' | 'longitudinal'> & { readonly pattern: WallField },
): WallField {
  const { cycle, delay, longitudinal, pattern } = motion;
  const strongest = 0.55;
  const shortening = (node: number, gain: number): number =>
    Math.min(strongest, Math.max(-0.12, gain * pattern[node]));
  const active = mapWallField((node) => activation(cycle, cycle.endSystole - delay[node]));
  const wanted = 1 - draft.patient.efPercent / 100;
  const whole = meanArea(wall.endoSquared);
  let [low, high] = [0.01, 1];
  for (let step = 0; step < 16; step++) {
    const gain = (low + high) / 2;
    const systolic = mapWallField(
      (node) => wall.endoSquared[node] * (1 - shortening(node, gain) * active[node]) ** 2,
    );
    if ((meanArea(systolic) * (1 - longitudinal)) / whole > wanted) low = gain;
    else high = gain;
  }
  return mapWallField((node) => shortening(node, low));
}

function drawDelay(draft: Draft, injury: Injury): WallField {
  const { random, patient, noise } = draft;
  const spread = random.uniform(SHAPE.normalDelay);
  const lateral =
    patient.condition === 'dyssynchronous' ? random.uniform(SHAPE.dyssynchronyDelay) : 0;
  let node = 0;
  return wallField(
    (theta, zeta) =>
      injury.delay[node++] +
      spread * wallNoise(noise, theta, zeta + 7, 4) +
      lateral * (0.5 - 0.5 * Math.cos(theta)) -
      lateral / 2,
  );
}

/** Where the normal wall contracts how much, before the injury. */
function normalPattern(draft: Draft): WallField {
  return wallField(
    (theta, zeta) =>
      (0.9 + 0.3 * zeta) *
      (1 - 0.1 * Math.cos(theta)) *
      (1 + 0.12 * wallNoise(draft.noise, theta, zeta + 9, 5)),
  );
}

function drawOffset(random: Random, size: readonly [number, number]): [number, number] {
  const turn = 2 * Math.PI * random.next();
  const mm = random.uniform(size);
  return [mm * Math.cos(turn), mm * Math.sin(turn)];
}

/** Builds the left ventricle of a patient. */
export function buildLeftVentricle(
  random: Random,
  patient: Patient,
  options: { readonly cycle: CardiacCycle; readonly noise: Noise },
): LeftVentricle {
  const { cycle, noise } = options;
  const draft: Draft = {
    patient,
    random,
    noise,
    equator: random.uniform(SHAPE.equator),
    roundness: random.uniform(SHAPE.roundness),
    baseNarrowing: random.uniform(SHAPE.baseNarrowing),
    cavityNoise: random.uniform(SHAPE.cavityNoise),
    apexWallMm: patient.wallMm * random.uniform(SHAPE.apexRatio),
    oval: [random.uniform(SHAPE.oval), Math.PI * random.next()],
    flattening: random.chance(SHAPE.flatSeptumChance) ? random.uniform(SHAPE.flattening) : 0,
  };
  const bare = drawThickness(draft);
  const injury =
    patient.infarct === undefined
      ? noInjury()
      : layInfarct(random.fork('territory'), patient.infarct, {
          wall: shapeWall(draft, bare),
          noise,
        });
  const { thickness, bulge } = remodel(draft, injury, bare);
  const wall = shapeWall(draft, thickness, bulge);
  const delay = drawDelay(draft, injury);
  const longitudinal = patient.longitudinalPercent / 100;
  const remote = injury.isAcute ? random.uniform(INJURY.hyperkinesis) : 1;
  const normal = normalPattern(draft);
  const pattern = mapWallField((node) => {
    const intact = 1 - injury.dysfunction[node];
    return normal[node] * intact * (1 + (remote - 1) * Math.max(0, intact));
  });
  const twist = (patient.twistDegrees * Math.PI) / 180;
  const atBase = random.uniform([0.2, 0.45]);
  return {
    ...wall,
    cycle,
    injury,
    rim: drawValveRim(random.fork('rim')),
    contraction: calibrate(draft, wall, { cycle, delay, longitudinal, pattern }),
    delay,
    longitudinal,
    apexMotion: random.uniform(SHAPE.apexMotion),
    twist: [twist * atBase, -twist * (1 - atBase)],
    bendMm: drawOffset(random, SHAPE.bendMm),
    driftMm: drawOffset(random, SHAPE.driftMm),
  };
}
