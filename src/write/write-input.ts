// What the results of one exam are made from.
import type { CineExam } from '../exam.ts';
import type { Measurements } from '../findings.ts';
import type { Segmentation } from '../segmentation.ts';

/** Identity of this program, as equipment attributes name it. */
export interface Software {
  readonly name: string;
  readonly version: string;
  readonly manufacturer: string;
}

export type SegmentationType = 'BINARY' | 'LABELMAP';

export interface WriteInput {
  readonly exam: CineExam;
  readonly segmentation: Segmentation;
  readonly measurements: Measurements;
  readonly software: Software;
  /** Hash of the source instances used (`ExamResult.fingerprint`). */
  readonly fingerprint: string;
  /** BINARY when not given. A label map is smaller, but few viewers read it yet. */
  readonly segmentationType?: SegmentationType;
}
