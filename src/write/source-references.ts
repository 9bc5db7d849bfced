// Which source instances a result rests on.
import { sourceAt, type CineExam, type SourceFrame } from '../exam.ts';
import type { NaturalDataset } from '../dicom/part10.ts';
import { groupBy } from '../group-by.ts';

/** Sources of every slice of these phases, each once, in the order of phase and slice. */
export function sourcesOf(exam: CineExam, phases: readonly number[]): SourceFrame[] {
  const slices = Array.from({ length: exam.volume.shape[1] }, (_, z) => z);
  return phases.flatMap((t) => slices.map((z) => sourceAt(exam, t, z)));
}

/** Every phase of the exam, 0-based. */
export function allPhases(exam: CineExam): number[] {
  return Array.from({ length: exam.volume.shape[0] }, (_, t) => t);
}

/** What names an instance: a source frame, or a result. */
export interface InstanceIdentity {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** Frames by their instance, in order of first appearance: a multi-frame instance has several. */
export function byInstance<T extends InstanceIdentity>(frames: readonly T[]): readonly T[][] {
  return groupBy(frames, ({ sopInstanceUid }) => sopInstanceUid);
}

/** Frames or instances by their series, in order of first appearance. */
export function bySeries<T extends InstanceIdentity>(frames: readonly T[]): readonly T[][] {
  return groupBy(frames, ({ seriesInstanceUid }) => seriesInstanceUid);
}

/**
 * A series with its instances, each once.
 *
 * @param frames - frames or instances of one series, at least one
 * @param listKeyword - the sequence that holds the instances, which depends on the module
 */
export function seriesItem(
  frames: readonly InstanceIdentity[],
  listKeyword: 'ReferencedInstanceSequence' | 'ReferencedSOPSequence',
): NaturalDataset {
  const instances = byInstance(frames).map(([first]) => instanceItem(first));
  return { SeriesInstanceUID: frames[0].seriesInstanceUid, [listKeyword]: instances };
}

/** Its identity as an item of a reference sequence. */
export function instanceItem(instance: InstanceIdentity): NaturalDataset {
  return {
    ReferencedSOPClassUID: instance.sopClassUid,
    ReferencedSOPInstanceUID: instance.sopInstanceUid,
  };
}
