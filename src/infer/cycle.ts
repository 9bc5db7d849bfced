// The cardiac cycle: end diastole and end systole, and the frames that the network is shown.
import { isClosedCycle } from '../cycle-coverage.ts';

/** Two neighbouring native phases and the weight of the second. */
export interface PhaseBlend {
  readonly before: number;
  readonly after: number;
  readonly weight: number;
}

/**
 * Ejection has ended at this part of the stroke volume above the least volume: the valves are closed then, and the
 * volume hardly changes till the mitral valve opens. The least volume itself comes late: by 0.4 phases on average in
 * simulated exams (seeds 5100 to 5107, 5300 to 5309, 5500 to 5540), which this part brings to 0.
 */
const END_OF_EJECTION = 0.02;

/**
 * End diastole and end systole from the LV volume of every phase, smoothed over neighbours: the greatest volume, and
 * the end of the ejection that follows. The last phase is a neighbour of the first where the cycle is closed; where it
 * is open, end diastole comes before end systole, so that the network is shown the contraction.
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
  const least = smooth.indexOf(Math.min(...smooth));
  const mayBeRelaxed = isClosed || least === 0 ? smooth : smooth.slice(0, least);
  const endDiastole = smooth.indexOf(Math.max(...mayBeRelaxed));
  const ejected = smooth[least] + END_OF_EJECTION * (smooth[endDiastole] - smooth[least]);
  const steps = (least - endDiastole + size) % size;
  for (let k = 1; k < steps; k++) {
    const t = (endDiastole + k) % size;
    if (smooth[t] <= ejected) return { endDiastole, endSystole: t };
  }
  return { endDiastole, endSystole: least };
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
