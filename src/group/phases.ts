// The order of phases within a slice: a rank, never an equal time in another slice.
import { cycleCoverage } from '../cycle-coverage.ts';
import type { TimeKey } from '../exam.ts';
import type { MrFrame } from '../mr-frame.ts';

/** In order of preference (design: the first that works). */
const TIME_KEYS: readonly TimeKey[] = [
  'TriggerTime',
  'NominalCardiacTriggerDelayTime',
  'TemporalPositionIdentifier',
  'TemporalPositionIndex',
  'NominalPercentageOfCardiacPhase',
  'ContentTime',
  'AcquisitionTime',
  'InstanceNumber',
];

/** True when every frame has a value of its own. */
export function isDistinct(frames: readonly MrFrame[], key: TimeKey): boolean {
  const values = new Set<number>();
  for (const frame of frames) {
    const value = frame.times[key];
    if (value === undefined || values.has(value)) return false;
    values.add(value);
  }
  return true;
}

/**
 * The first key with distinct values in every slice.
 *
 * @returns undefined when no key tells the frames of some slice apart
 */
export function chooseTimeKey(slices: readonly (readonly MrFrame[])[]): TimeKey | undefined {
  return TIME_KEYS.find((key) => slices.every((frames) => isDistinct(frames, key)));
}

/** Frames of one slice by growing time. */
export function rankPhases(frames: readonly MrFrame[], key: TimeKey): MrFrame[] {
  return frames.toSorted((a, b) => (a.times[key] ?? 0) - (b.times[key] ?? 0));
}

/** True for keys whose values are milliseconds after the R wave. */
export function isTriggerKey(key: TimeKey): boolean {
  return key === 'TriggerTime' || key === 'NominalCardiacTriggerDelayTime';
}

/**
 * Share of the R-R interval that a slice covers.
 *
 * @param frames - of one slice, ranked
 * @returns 1 for a whole cycle; undefined when times or the interval are unknown
 */
export function coverageOfSlice(frames: readonly MrFrame[], key: TimeKey): number | undefined {
  if (!isTriggerKey(key)) return undefined;
  return cycleCoverage({
    firstMs: frames.at(0)?.times[key] ?? Number.NaN,
    lastMs: frames.at(-1)?.times[key] ?? Number.NaN,
    phases: frames.length,
    rrIntervalMs: frames.at(0)?.nominalIntervalMs ?? Number.NaN,
  });
}
