// How much of the cardiac cycle the phases of a slice cover.

/** Coverage of the R-R interval from which the cycle is taken as closed. */
const CLOSED_COVERAGE = 0.85;

/** Whether the last phase is followed by the first. */
export const isClosedCycle = (coverage: number): boolean => coverage >= CLOSED_COVERAGE;

export interface PhaseTimes {
  /** Time of the first and of the last phase, ms. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly phases: number;
  /** R-R interval, ms. */
  readonly rrIntervalMs: number;
}

/**
 * Each phase stands for the time to the next, so that n evenly spaced phases of a whole cycle cover 1.
 *
 * @returns share of the R-R interval; undefined when times or interval are unknown
 */
export function cycleCoverage(times: PhaseTimes): number | undefined {
  const { firstMs, lastMs, phases, rrIntervalMs } = times;
  const share = (((lastMs - firstMs) / (phases - 1)) * phases) / rrIntervalMs;
  return Number.isFinite(share) && share > 0 ? share : undefined;
}
