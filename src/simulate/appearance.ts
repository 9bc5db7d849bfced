// How one scanner shows one patient: signals, coils, sharpness, noise, scale.
import type { Vec3 } from '../volume.ts';
import { APPEARANCE, type Style } from './parameters.ts';
import type { Chest } from './chest.ts';
import type { Random } from '../random.ts';
import { TISSUE, TISSUE_SIGNALS, type TissueName } from './tissues.ts';

/** A surface coil: brighter near it. */
export interface Coil {
  readonly at: Vec3;
  readonly gain: number;
  readonly reachMm: number;
}

/** Everything between tissue and pixel value. */
export interface Appearance {
  /** Drawn from what cine looks like, or freely so that no contrast is relied upon. */
  readonly isPrior: boolean;
  /** Signal of each TISSUE, LV blood = 1; below 0 where fat opposes water. */
  readonly signals: Float32Array;
  readonly textures: Float32Array;
  /** Brightening and voids of moving blood. */
  readonly flow: number;
  readonly coils: readonly Coil[];
  /** Share of k-space that was acquired, along a row and along a column. */
  readonly cutoff: readonly [row: number, column: number];
  /** Edge taper of k-space: 0 rings, 1 does not. */
  readonly taper: number;
  /** Standard deviation of each channel's noise, LV blood = 1. */
  readonly noise: number;
  readonly ghost: number;
  readonly phaseEncoding: 'ROW' | 'COL';
  readonly isRoundMask: boolean;
  /** Values below this become 0, LV blood = 1. */
  readonly floor: number;
  /** Gamma of a scanner's filter. */
  readonly gamma: number;
  /** Value that the brightest voxels are scaled to. */
  readonly greatest: number;
  /** Slice to slice variation of gain. */
  readonly gainSpread: number;
}

function drawSignals(
  random: Random,
  isPrior: boolean,
): { signals: Float32Array; textures: Float32Array } {
  const signals = new Float32Array(32);
  const textures = new Float32Array(32);
  const isOpposed = random.chance(isPrior ? 0.85 : 0.5);
  for (const name of Object.keys(TISSUE_SIGNALS) as TissueName[]) {
    const { mean, texture, isFat } = TISSUE_SIGNALS[name];
    const free = TISSUE[name] === TISSUE.air ? 0 : random.uniform(APPEARANCE.freeSignal);
    const signal = isPrior ? random.uniform(mean) : free;
    signals[TISSUE[name]] = isFat === true && isOpposed ? -signal : signal;
    textures[TISSUE[name]] = random.uniform(texture);
  }
  if (!isPrior) signals[TISSUE.lvBlood] = Math.max(0.35, signals[TISSUE.lvBlood]);
  const blood = signals[TISSUE.lvBlood];
  let muscle = signals[TISSUE.myocardium];
  if (!isPrior) {
    // The border between blood and wall must be there to be learnt, whatever its sign.
    const least = 0.2 * blood + 0.05;
    if (Math.abs(muscle - blood) < least) muscle = Math.max(0.05, blood - 2 * least);
  }
  signals[TISSUE.myocardium] = muscle;
  const near = (spread: number): number => muscle * (1 + spread * random.normal());
  signals[TISSUE.papillary] = near(0.05);
  signals[TISSUE.rvTrabecula] = near(0.1);
  signals[TISSUE.rvWall] = near(0.1);
  // Small and of either sign, so that motion stays the main cue.
  signals[TISSUE.scar] = near(0.05) * (1 + random.uniform(APPEARANCE.scarGain));
  signals[TISSUE.edema] = near(0.03) * (1 + random.uniform(APPEARANCE.edemaGain));
  signals[TISSUE.darkCore] = signals[TISSUE.scar] * random.uniform([0.6, 0.95]);
  if (!isPrior) signals[TISSUE.rvBlood] = blood * random.uniform([0.8, 1.15]);
  return { signals, textures };
}

/** Coils lie on the front of the chest, and on its back. */
function drawCoils(random: Random, chest: Chest): Coil[] {
  const strength = random.uniform(APPEARANCE.coilGain);
  const coil = (side: 1 | -1, gain: number): Coil => ({
    at: [random.uniform([-70, 110]), side * (chest.halfDepthMm + 10), random.uniform([-90, 90])],
    gain: gain * random.uniform([0.5, 1]),
    reachMm: random.uniform([35, 80]),
  });
  return [
    coil(-1, strength),
    coil(-1, strength),
    coil(-1, strength),
    coil(1, 0.6 * strength),
    coil(1, 0.6 * strength),
  ];
}

const logUniform = (random: Random, [low, high]: readonly [number, number]): number =>
  Math.exp(random.uniform([Math.log(low), Math.log(high)]));

/** Draws an appearance. */
export function drawAppearance(random: Random, chest: Chest, style: Style): Appearance {
  const isPrior = style === 'any' ? random.chance(APPEARANCE.priorShare) : style === 'prior';
  const cutoff = random.uniform(APPEARANCE.cutoff);
  return {
    isPrior,
    ...drawSignals(random, isPrior),
    flow: random.uniform(APPEARANCE.flow),
    coils: drawCoils(random, chest),
    cutoff: [cutoff, Math.min(1, cutoff * random.uniform([0.75, 1]))],
    taper: random.next(),
    noise: 1 / logUniform(random, APPEARANCE.signalToNoise),
    ghost: random.chance(APPEARANCE.ghostChance) ? random.uniform(APPEARANCE.ghost) : 0,
    phaseEncoding: random.chance(0.7) ? 'COL' : 'ROW',
    isRoundMask: random.chance(0.3),
    floor: random.chance(0.65) ? random.uniform([0.005, 0.04]) : 0,
    gamma: isPrior ? random.uniform([0.92, 1.08]) : random.uniform([0.75, 1.3]),
    greatest: random.pick(APPEARANCE.greatestValues),
    gainSpread: random.uniform([0, 0.08]),
  };
}
