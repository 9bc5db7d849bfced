// Which source frames make phase t of a slice whose frames are not those of the other slices.
import { median } from '../median.ts';

/** How phase t of a slice is made: from one source frame, or between two. */
export interface PhaseSource {
  readonly before: number;
  readonly after: number;
  /** Weight of `after`, 0..1. */
  readonly weight: number;
  /** The nearer of the two: the source that results reference. */
  readonly nearest: number;
}

/** When the frames of a slice were taken, in its own R-R interval. */
export interface SliceTiming {
  /** Of each frame, growing, ms. */
  readonly timesMs: readonly number[];
  /** Of the first phase of the exam's whole slices, ms. */
  readonly firstMs: number;
  /** From the first phase to one after the last, ms. */
  readonly coveredMs: number;
  /** Whether the last phase is followed by the first. */
  readonly isClosed: boolean;
}

/** A share of a frame's distance below this is rounding of times. */
const NEXT_TO_NOTHING = 1e-3;

/** Phases as evenly spaced fractions of the cycle: all that can be done without times. */
export function evenPhases(common: number, own: number): PhaseSource[] {
  return Array.from({ length: common }, (_, t) => {
    const position = (t * own) / common;
    const before = Math.floor(position);
    return between(before, (before + 1) % own, position - before);
  });
}

/** Phases by time, so that a frame that was lost moves none of the others. */
export function timedPhases(common: number, timing: SliceTiming): PhaseSource[] {
  const { timesMs, firstMs, coveredMs, isClosed } = timing;
  const last = timesMs.length - 1;
  return Array.from({ length: common }, (_, t) => {
    const timeMs = firstMs + (t / common) * coveredMs;
    const after = timesMs.findIndex((own) => own >= timeMs);
    if (after > 0) {
      const [from, to] = [timesMs[after - 1], timesMs[after]];
      return between(after - 1, after, (timeMs - from) / (to - from));
    }
    const isBefore = after === 0;
    if (!isClosed) return between(isBefore ? 0 : last, isBefore ? 0 : last, 0);
    // Between the last frame of a cycle and the first of the next.
    const gapMs = timesMs[0] + coveredMs - timesMs[last];
    const sinceLastMs = timeMs - timesMs[last] + (isBefore ? coveredMs : 0);
    return between(last, 0, gapMs > 0 ? Math.min(1, sinceLastMs / gapMs) : 1);
  });
}

function between(before: number, after: number, weight: number): PhaseSource {
  if (weight < NEXT_TO_NOTHING) return { before, after: before, weight: 0, nearest: before };
  if (weight > 1 - NEXT_TO_NOTHING) return { before: after, after, weight: 0, nearest: after };
  return { before, after, weight, nearest: weight < 0.5 ? before : after };
}

/** The usual distance of two frames of a slice, ms; undefined when times are unknown. */
export function usualStepMs(timesMs: readonly number[]): number | undefined {
  const step = median(timesMs.slice(1).map((time, i) => time - timesMs[i]));
  return step !== undefined && step > 0 ? step : undefined;
}
