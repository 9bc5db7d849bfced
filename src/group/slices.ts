// A stack's frames -> slices: planes by position along the normal, repeats of a plane resolved.
import { groupBy } from '../group-by.ts';
import { median } from '../median.ts';
import type { MrFrame } from '../mr-frame.ts';
import { dot, planeNormal, type ImageOrientationPatient } from '../volume.ts';
import { chooseTimeKey, isDistinct } from './phases.ts';

/** Frames whose positions differ by less lie in one plane. */
const SAME_PLANE_MM = 0.5;
/** Fewer phases are no cine. */
export const MIN_PHASES = 8;

/** The frames of one plane from one breath-hold, in no order. */
export interface Acquisition {
  readonly offsetMm: number;
  readonly frames: readonly MrFrame[];
}

export interface SlicesFound {
  /** By growing position along the normal. */
  readonly slices: readonly Acquisition[];
  /** Acquisitions that another one of the same plane replaced. */
  readonly superseded: readonly Acquisition[];
}

/**
 * Finds the slices of a stack. Of planes closer than half the slice step or half a slice's thickness, which
 * repeated breath-holds give, the later complete one is kept.
 */
export function findSlices(
  frames: readonly MrFrame[],
  orientation: ImageOrientationPatient,
): SlicesFound {
  const normal = planeNormal(orientation);
  const offsetOf = (f: MrFrame) => dot(f.imagePositionPatient, normal);
  const planes = cluster(
    frames.toSorted((a, b) => offsetOf(a) - offsetOf(b)),
    offsetOf,
    SAME_PLANE_MM,
  );
  const acquisitions = planes.flatMap((plane) =>
    splitRepeats(plane).map((own): Acquisition => ({ offsetMm: offsetOf(own[0]), frames: own })),
  );
  const gaps = planes.slice(1).map((plane, i) => offsetOf(plane[0]) - offsetOf(planes[i][0]));
  const stepMm = median(gaps) ?? 0;
  // A stack repeated a little beside itself has a small usual gap; slices never overlap by more than half.
  const thicknessMm = median(frames.map((f) => f.sliceThicknessMm)) ?? 0;
  const within = Math.max(SAME_PLANE_MM, stepMm / 2, thicknessMm / 2);
  const places = cluster(acquisitions, (a) => a.offsetMm, within);
  const usual = commonest(acquisitions.map((a) => a.frames.length)) ?? 0;
  const slices: Acquisition[] = [];
  const superseded: Acquisition[] = [];
  for (const place of places) {
    const [best, ...rest] = place.toSorted((a, b) => preference(b, a, usual));
    slices.push(best);
    superseded.push(...rest);
  }
  return { slices, superseded };
}

/** Commonest number; of equally common ones the greatest. */
export function commonest(counts: readonly number[]): number | undefined {
  const tally = new Map<number, number>();
  for (const count of counts) tally.set(count, (tally.get(count) ?? 0) + 1);
  return [...tally].toSorted((a, b) => b[1] - a[1] || b[0] - a[0]).at(0)?.[0];
}

/** Joins sorted items to the first of the running group while they are closer than `within`. */
function cluster<T>(items: readonly T[], offsetOf: (item: T) => number, within: number): T[][] {
  const groups: T[][] = [];
  for (const item of items) {
    const group = groups.at(-1);
    if (group !== undefined && offsetOf(item) - offsetOf(group[0]) < within) group.push(item);
    else groups.push([item]);
  }
  return groups;
}

/**
 * Splits the frames of one plane into breath-holds: by series and, inside a series whose times
 * repeat, by acquisition number.
 */
function splitRepeats(frames: readonly MrFrame[]): MrFrame[][] {
  const bySeries = groupBy(frames, (f) => f.source.seriesInstanceUid);
  // A slice spread over several series, each with a few phases, is one acquisition.
  const series = bySeries.every((own) => own.length < MIN_PHASES) ? [[...frames]] : bySeries;
  return series.flatMap((own) => {
    const parts = groupBy(own, (f) => String(f.acquisitionNumber ?? ''));
    const areCines = parts.length > 1 && parts.every((p) => p.length >= MIN_PHASES);
    const isTimed = (some: readonly MrFrame[]): boolean => isDistinct(some, 'TriggerTime');
    const doTimesRepeat = !isTimed(own) && parts.every(isTimed);
    const isRepeated = doTimesRepeat || chooseTimeKey([own]) === 'InstanceNumber';
    return areCines && isRepeated ? parts : [own];
  });
}

/** Positive when `a` is to be preferred: complete before incomplete, then the later. */
function preference(a: Acquisition, b: Acquisition, usual: number): number {
  const complete = Number(a.frames.length >= usual) - Number(b.frames.length >= usual);
  if (complete !== 0) return complete;
  return (
    latest(a, (f) => f.times.AcquisitionTime) - latest(b, (f) => f.times.AcquisitionTime) ||
    latest(a, (f) => Number(f.seriesNumber)) - latest(b, (f) => Number(f.seriesNumber)) ||
    latest(a, (f) => f.acquisitionNumber) - latest(b, (f) => f.acquisitionNumber)
  );
}

function latest(a: Acquisition, valueOf: (frame: MrFrame) => number | undefined): number {
  return Math.max(...a.frames.map((f) => valueOf(f) ?? 0).map((v) => (Number.isNaN(v) ? 0 : v)));
}
