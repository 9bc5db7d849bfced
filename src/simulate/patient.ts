// The physiology of one simulated patient, drawn with correlations.
import { CONDITION_SHARES, INJURY, PHYSIOLOGY, type Artery, type Condition } from './parameters.ts';
import type { Random, Range } from '../random.ts';

/** One infarct to be, before it is laid on a wall. */
export interface InfarctPlan {
  readonly arteries: readonly Artery[];
  readonly isAcute: boolean;
  /** Share of LV mass that is scar or edema. */
  readonly massShare: number;
  readonly transmurality: number;
}

/** Targets that the heart is built to. */
export interface Patient {
  readonly condition: Condition;
  readonly edvMl: number;
  readonly efPercent: number;
  readonly wallMm: number;
  readonly septumRatio: number;
  readonly rvEdvMl: number;
  readonly rvEfPercent: number;
  readonly longitudinalPercent: number;
  readonly twistDegrees: number;
  readonly elongation: number;
  readonly infarct?: InfarctPlan;
}

/** Draws one of the choices by their shares. */
export function pickByShare<T>(random: Random, shares: readonly (readonly [T, number])[]): T {
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  let left = random.next() * total;
  for (const [choice, share] of shares) {
    left -= share;
    if (left < 0) return choice;
  }
  const last = shares.at(-1);
  if (last === undefined) throw new RangeError('nothing to pick from');
  return last[0];
}

function drawInfarct(random: Random): InfarctPlan {
  const isAcute = random.chance(INJURY.acuteChance);
  const first = pickByShare(random, INJURY.arteryShares);
  const others = INJURY.arteryShares.map(([artery]) => artery).filter((a) => a !== first);
  const arteries = random.chance(INJURY.secondTerritoryChance)
    ? [first, random.pick(others)]
    : [first];
  const massShare = random.uniform(isAcute ? INJURY.massShare : INJURY.oldMassShare);
  // A thin scar of that mass would wrap around the whole heart: no artery feeds so much.
  const least = isAcute ? 0 : massShare / INJURY.greatestExtent;
  const transmurality = Math.min(1, Math.max(least, random.uniform(INJURY.transmurality)));
  return { arteries, isAcute, massShare, transmurality };
}

/** A value of the range at `rank` (0..1, shared by quantities that go together) and chance. */
function drawAt(random: Random, [low, high]: Range, rank: number): number {
  const mixed = 0.65 * rank + 0.35 * random.next();
  // A sum of draws crowds around the middle: stretched, it fills the range again.
  const stretched = Math.min(1, Math.max(0, 0.5 + 1.6 * (mixed - 0.5)));
  return low + (high - low) * (0.95 * stretched + 0.05 * random.next());
}

/**
 * Draws a patient. Larger hearts pump a smaller share, shorten and twist less, and larger infarcts
 * make larger hearts.
 */
export function drawPatient(random: Random, wanted?: Condition): Patient {
  const condition = wanted ?? pickByShare(random, CONDITION_SHARES);
  const ranges = PHYSIOLOGY[condition];
  const infarct = condition === 'infarct' ? drawInfarct(random.fork('infarct')) : undefined;
  const size = random.next();
  const burden = infarct === undefined ? random.next() : infarct.massShare / INJURY.massShare[1];
  const weakness = Math.min(1, 0.6 * burden + 0.4 * random.next());
  return {
    condition,
    edvMl: drawAt(random, ranges.edvMl, 0.5 * size + 0.5 * weakness),
    efPercent: drawAt(random, ranges.efPercent, 1 - weakness),
    wallMm: drawAt(random, ranges.wallMm, random.next()),
    septumRatio: random.uniform(ranges.septumRatio),
    rvEdvMl: drawAt(random, ranges.rvEdvMl, size),
    rvEfPercent: drawAt(random, ranges.rvEfPercent, 1 - weakness),
    longitudinalPercent: drawAt(random, ranges.longitudinalPercent, 1 - weakness),
    twistDegrees: drawAt(random, ranges.twistDegrees, 1 - weakness),
    elongation: drawAt(random, ranges.elongation, 1 - weakness),
    ...(infarct === undefined ? {} : { infarct }),
  };
}
