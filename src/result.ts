// What one analysed exam yields.
import type { Findings } from './findings.ts';

/** One instance that came in: the bytes of a DICOM Part 10 file. */
export interface InputInstance {
  /** For messages only: a file name without its folder, or a position in a multipart answer. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type ResultKind = 'anatomy-seg' | 'pathology-seg' | 'report-sr';

/** A result as it is stored in the PACS or written to disk. */
export interface DicomObject {
  readonly kind: ResultKind;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
  /** A DICOM Part 10 file. */
  readonly bytes: Uint8Array;
}

/** Everything made from one exam under one model. */
export interface ExamResult {
  /** Hash of the source instances used: the same images give the same value, in any order. */
  readonly fingerprint: string;
  readonly findings: Findings;
  readonly objects: readonly DicomObject[];
}
