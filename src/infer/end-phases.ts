// End diastole and end systole, from how much blood the left ventricle holds in every phase.
import { isClosedCycle } from '../cycle-coverage.ts';
import { median } from '../median.ts';

/**
 * Most scans begin at the R wave, and the ventricle is fullest near it: the atria contract before, ejection begins
 * after. Further off than this part of the cycle, a fuller phase must be fuller by...
 */
const NEAR_R_WAVE = 0.1;
/** ...this many stroke volumes for each cycle of further distance: a tenth of one for a phase of 20... */
const STROKES_PER_CYCLE = 2;
/** ...but by no more than this: a scan may begin elsewhere. */
const MOST_STROKES = 0.15;

/**
 * Ejection has ended at this part of the stroke volume above the least volume: the valves are closed then, and the
 * volume hardly changes till the mitral valve opens. The least volume itself comes late.
 */
const END_OF_EJECTION = 0.01;
/** Neither can phases be told apart whose volumes differ by less than so many standard deviations of their noise... */
const DEVIATIONS = 2;
/** ...unless that is more than this part of the stroke volume. */
const MOST_NOISE = 0.05;

/** Sixth differences: what the beat of a heart has little of from 12 phases on, and noise 924 times its variance. */
const SIXTH = [1, -6, 15, -20, 15, -6, 1] as const;
const SIXTH_GAIN = Math.sqrt(924);
/** Median of the absolute value of a normal variable, in standard deviations. */
const NORMAL_MEDIAN = 0.6745;

export interface EndPhases {
  /** 0-based. */
  readonly endDiastole: number;
  readonly endSystole: number;
}

/**
 * The phase of the greatest volume, where a distance from the R wave counts against it, and the end of the ejection
 * that follows: the first phase that cannot be told from the least volume. Volumes are smoothed over neighbours. The last
 * phase is a neighbour of the first where the cycle is closed; where it is open, end diastole comes before end systole,
 * so that the network is shown the contraction.
 *
 * @param volumes - `[T]`, any unit
 * @param coverage - share of the R-R interval that the phases cover
 */
export function findEndPhases(volumes: readonly number[], coverage: number): EndPhases {
  const size = volumes.length;
  const isClosed = isClosedCycle(coverage);
  const at = (t: number): number =>
    volumes[isClosed ? (t + 3 * size) % size : Math.min(Math.max(t, 0), size - 1)];
  const smooth = volumes.map((v, t) => (at(t - 1) + 2 * v + at(t + 1)) / 4);
  const least = smooth.indexOf(Math.min(...smooth));
  const mayBeRelaxed = isClosed || least === 0 ? smooth : smooth.slice(0, least);
  const stroke = Math.max(...mayBeRelaxed) - smooth[least];
  const fullness = mayBeRelaxed.map((v, t) => {
    const fromRWave = isClosed ? Math.min(t, size - t) / size : 0;
    const strokes = STROKES_PER_CYCLE * Math.max(0, fromRWave - NEAR_R_WAVE);
    return v - Math.min(MOST_STROKES, strokes) * stroke;
  });
  const endDiastole = fullness.indexOf(Math.max(...fullness));
  const ejected = smooth[endDiastole] - smooth[least];
  const tolerance = Math.max(END_OF_EJECTION * ejected, DEVIATIONS * noiseOf(volumes, at));
  const empty = smooth[least] + Math.min(MOST_NOISE * ejected, tolerance);
  const steps = (least - endDiastole + size) % size;
  for (let k = 1; k < steps; k++) {
    const t = (endDiastole + k) % size;
    if (smooth[t] <= empty) return { endDiastole, endSystole: t };
  }
  return { endDiastole, endSystole: least };
}

/** Standard deviation of what is not smooth in a curve; one stray value does not move it. */
function noiseOf(volumes: readonly number[], at: (t: number) => number): number {
  const differences = volumes.map((_, t) =>
    Math.abs(SIXTH.reduce((sum, tap, k) => sum + tap * at(t + k - 3), 0)),
  );
  return (median(differences) ?? 0) / (NORMAL_MEDIAN * SIXTH_GAIN);
}
