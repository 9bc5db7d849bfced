// How much of the cardiac cycle the phases of a slice, or of an exam, cover.
import { median } from './median.ts';

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

/**
 * Share of the R-R interval that the phases cover, the median over slices.
 *
 * @param triggerTimesMs - `[T, Z]`
 * @param rrIntervalsMs - `[Z]`
 * @returns 1 when times or intervals are unknown
 */
export function coverageOfExam(
  triggerTimesMs: Float64Array,
  rrIntervalsMs: readonly number[],
): number {
  const sizeZ = rrIntervalsMs.length;
  const phases = triggerTimesMs.length / sizeZ;
  const shares = rrIntervalsMs.map((rrIntervalMs, z) =>
    cycleCoverage({
      firstMs: triggerTimesMs[z],
      lastMs: triggerTimesMs[(phases - 1) * sizeZ + z],
      phases,
      rrIntervalMs,
    }),
  );
  return median(shares.filter((share) => share !== undefined)) ?? 1;
}
