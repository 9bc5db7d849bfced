// One stack judged: a short-axis cine with its slices and phases in order, or the reason why not.
import type { TimeKey } from '../exam.ts';
import { APEX_TO_BASE } from '../long-axis.ts';
import type { MrFrame } from '../mr-frame.ts';
import { dot, length, planeNormal, type ImageOrientationPatient } from '../volume.ts';
import { median } from '../median.ts';
import { chooseTimeKey, coverageOfSlice, isTriggerKey, rankPhases } from './phases.ts';
import { usualStepMs } from './resample.ts';
import { commonest, findSlices, MIN_PHASES, type Acquisition } from './slices.ts';
import type { Stack } from './stacks.ts';

const MIN_PLANES = 3;

const MAX_AXIS_ANGLE_DEG = 45;

/** A slice that shows less than this of the span of time that the others show has lost its phases. */
const LEAST_SPAN = 0.8;
/** Two frames further apart than this many usual steps have lost those between them. */
const MOST_STEPS = 4;

/** More of the R-R interval than this is several beats. */
const MAX_COVERAGE = 1.5;

/** A short-axis cine whose pixels are not yet read. */
export interface Candidate {
  /** `[Z][T]`, slices along the normal, phases by time; the number of phases may differ. */
  readonly slices: readonly (readonly MrFrame[])[];
  readonly timeKey: TimeKey;
  /** Phases of most slices. */
  readonly phases: number;
  /** Acquisitions of the same planes that were not used. */
  readonly superseded: readonly Acquisition[];
  /** Slices with too few phases to be used. */
  readonly dropped: readonly Acquisition[];
}

export type Judgement =
  | { readonly candidate: Candidate; readonly reason?: undefined }
  | { readonly candidate?: undefined; readonly reason: string };

/** Decides whether a stack is a short-axis cine. */
export function judgeStack(stack: Stack): Judgement {
  const { slices: all, superseded } = findSlices(stack.frames, stack.orientation);
  const phases = commonest(all.map((s) => s.frames.length)) ?? 0;
  if (phases < MIN_PHASES) {
    return refuse(`${phases} phase(s) a plane; a cine has at least ${MIN_PHASES}`);
  }
  if (all.length < MIN_PLANES) {
    return refuse(
      `${all.length} parallel plane(s); a short-axis stack has at least ${MIN_PLANES} (a long-axis view has one)`,
    );
  }
  const angleDeg = longAxisAngleDeg(stack.orientation);
  if (angleDeg > MAX_AXIS_ANGLE_DEG) {
    return refuse(
      `planes ${angleDeg.toFixed(0)} degrees off the short axis of a heart in usual position (at most ${MAX_AXIS_ANGLE_DEG})`,
    );
  }
  const isUsable = (a: Acquisition) => a.frames.length >= Math.max(MIN_PHASES, phases / 2);
  const usable = all.filter(isUsable);
  if (usable.length < MIN_PLANES) {
    return refuse(`only ${usable.length} plane(s) have at least ${MIN_PHASES} phases`);
  }
  const timeKey = chooseTimeKey(usable.map((s) => s.frames));
  if (timeKey === undefined) {
    return refuse('no attribute tells the phases of a plane apart (TriggerTime to InstanceNumber)');
  }
  const ranked = usable.map((s) => rankPhases(s.frames, timeKey));
  const isWhole = wholeSlices(ranked, timeKey);
  const slices = ranked.filter(isWhole);
  if (slices.length < MIN_PLANES)
    return refuse(`only ${slices.length} plane(s) show the cycle as far as the others do`);
  if (slices.some((frames) => (coverageOfSlice(frames, timeKey) ?? 1) > MAX_COVERAGE)) {
    return refuse('times that span several heart beats: real-time imaging or perfusion');
  }
  const dropped = [
    ...all.filter((a) => !isUsable(a)),
    ...usable.filter((_, i) => !isWhole(ranked[i])),
  ];
  return { candidate: { slices, timeKey, phases, superseded, dropped } };
}

/**
 * Slices that lost no more of the cycle than can be made up for: resampling would put one time's image in
 * another's place.
 */
function wholeSlices(
  slices: readonly (readonly MrFrame[])[],
  timeKey: TimeKey,
): (frames: readonly MrFrame[]) => boolean {
  if (!isTriggerKey(timeKey)) return () => true;
  const timesOf = (frames: readonly MrFrame[]) => frames.map((f) => f.times[timeKey] ?? Number.NaN);
  const spanOf = (frames: readonly MrFrame[]): number => {
    const times = timesOf(frames);
    return (times[times.length - 1] - times[0]) / (frames[0].nominalIntervalMs ?? Number.NaN);
  };
  const usualSpan = median(slices.map(spanOf).filter(Number.isFinite));
  return (frames) => {
    const times = timesOf(frames);
    const step = usualStepMs(times);
    const isTorn =
      step !== undefined &&
      times.some((time, i) => time - times[Math.max(0, i - 1)] > MOST_STEPS * step);
    const isShort = usualSpan !== undefined && spanOf(frames) < LEAST_SPAN * usualSpan;
    return !isTorn && !isShort;
  };
}

function longAxisAngleDeg(orientation: ImageOrientationPatient): number {
  const cosine = Math.abs(dot(planeNormal(orientation), APEX_TO_BASE)) / length(APEX_TO_BASE);
  return (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
}

function refuse(reason: string): Judgement {
  return { reason };
}
