// Which source instances a result rests on.
import { sourceAt, type CineExam, type SourceFrame } from '../exam.ts';
import type { NaturalDataset } from '../dicom/part10.ts';

/** Sources of every slice of these phases, each once, in the order of phase and slice. */
export function sourcesOf(exam: CineExam, phases: readonly number[]): SourceFrame[] {
  const slices = Array.from({ length: exam.volume.shape[1] }, (_, z) => z);
  return phases.flatMap((t) => slices.map((z) => sourceAt(exam, t, z)));
}

/** Every phase of the exam, 0-based. */
export function allPhases(exam: CineExam): number[] {
  return Array.from({ length: exam.volume.shape[0] }, (_, t) => t);
}

/** The frames by instance, in order of first appearance: a multi-frame instance has several. */
export function byInstance(sources: readonly SourceFrame[]): readonly (readonly SourceFrame[])[] {
  return grouped(sources, ({ sopInstanceUid }) => sopInstanceUid);
}

/** The frames by series, in order of first appearance. */
export function bySeries(sources: readonly SourceFrame[]): readonly (readonly SourceFrame[])[] {
  return grouped(sources, ({ seriesInstanceUid }) => seriesInstanceUid);
}

/**
 * A series with its instances, each once.
 *
 * @param sources - of one series
 * @param listKeyword - the sequence that holds the instances, which depends on the module
 */
export function seriesItem(
  sources: readonly SourceFrame[],
  listKeyword: 'ReferencedInstanceSequence' | 'ReferencedSOPSequence',
): NaturalDataset {
  const instances = byInstance(sources).map(([first]) => instanceItem(first));
  return { SeriesInstanceUID: sources.at(0)?.seriesInstanceUid, [listKeyword]: instances };
}

/** @param source - only its identity is used, not its frame */
export function instanceItem(
  source: Pick<SourceFrame, 'sopClassUid' | 'sopInstanceUid'> | undefined,
): NaturalDataset {
  return {
    ReferencedSOPClassUID: source?.sopClassUid,
    ReferencedSOPInstanceUID: source?.sopInstanceUid,
  };
}

function grouped<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}
