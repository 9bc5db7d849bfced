// The frames of the cardiac cycle that the network is shown.
import { isClosedCycle } from '../cycle-coverage.ts';

/** Two neighbouring native phases and the weight of the second. */
export interface PhaseBlend {
  readonly before: number;
  readonly after: number;
  readonly weight: number;
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
