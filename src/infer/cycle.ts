// The cardiac cycle: end diastole and end systole, and the frames that the network is shown.
import { isClosedCycle } from '../cycle-coverage.ts';

/** Two neighbouring native phases and the weight of the second. */
export interface PhaseBlend {
  readonly before: number;
  readonly after: number;
  readonly weight: number;
}

/**
 * End diastole and end systole from the LV volume of every phase, smoothed over neighbours. The last phase is a
 * neighbour of the first where the cycle is closed; where it is open, end diastole comes before end systole, so that the
 * network is shown the contraction.
 *
 * @param volumes - `[T]`, any unit
 * @param coverage - share of the R-R interval that the phases cover
 * @returns 0-based phases
 */
export function findEndPhases(
  volumes: readonly number[],
  coverage: number,
): { endDiastole: number; endSystole: number } {
  const size = volumes.length;
  const isClosed = isClosedCycle(coverage);
  const at = (t: number): number =>
    volumes[isClosed ? (t + size) % size : Math.min(Math.max(t, 0), size - 1)];
  const smooth = volumes.map((v, t) => (at(t - 1) + 2 * v + at(t + 1)) / 4);
  const endSystole = smooth.indexOf(Math.min(...smooth));
  const mayBeRelaxed = isClosed || endSystole === 0 ? smooth : smooth.slice(0, endSystole);
  return { endDiastole: smooth.indexOf(Math.max(...mayBeRelaxed)), endSystole };
}

/**
 * The phases to blend for each of the network's frames: fixed fractions of the R-R interval from
 * end diastole.
 *
 * @param shown - frames that the network takes (its T)
 * @param phases - native phases
 * @param options - `coverage`: share of the R-R interval that the native phases cover;
 *   `cycleFraction`: from the first shown frame to the last
 * @returns `[shown]`
 */
export function shownFrames(
  shown: number,
  phases: number,
  options: { endDiastole: number; coverage: number; cycleFraction: number },
): PhaseBlend[] {
  const { endDiastole, coverage, cycleFraction } = options;
  const isClosed = isClosedCycle(coverage);
  return Array.from({ length: shown }, (_, k) => {
    const fraction = shown === 1 ? 0 : (k * cycleFraction) / (shown - 1);
    const position = endDiastole + (fraction * phases) / (isClosed ? 1 : coverage);
    if (!isClosed && position >= phases - 1) {
      return { before: phases - 1, after: phases - 1, weight: 0 };
    }
    const before = Math.floor(position);
    return {
      before: before % phases,
      after: (before + 1) % phases,
      weight: position - before,
    };
  });
}
