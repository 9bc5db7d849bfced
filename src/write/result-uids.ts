// UIDs of results: the same source images, model and program version give the same ones.
import { derivedUid } from '../fingerprint.ts';
import type { ResultKind } from '../result.ts';
import type { SegmentationType, WriteInput } from './write-input.ts';

export interface ResultUids {
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly dimensionOrganizationUid: string;
}

/**
 * An archive keeps the old content when a UID is stored again, so whatever changes the content of a
 * result is a part of its UIDs: images, model, program, form, and what is known of patient and exam,
 * which may have been corrected since.
 */
export function resultUids(input: WriteInput, kind: ResultKind): ResultUids {
  const { exam, fingerprint, segmentation, software } = input;
  const parts = [
    fingerprint,
    segmentation.model.deviceUid,
    ...[software.name, software.version, software.manufacturer],
    segmentationTypeOf(input),
    JSON.stringify(Object.entries(exam.context).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    JSON.stringify(exam.completeness),
    kind,
  ];
  return {
    sopInstanceUid: derivedUid('instance', ...parts),
    seriesInstanceUid: derivedUid('series', ...parts),
    dimensionOrganizationUid: derivedUid('dimensions', ...parts),
  };
}

/** Identifies a structure of one study over re-runs, and ties its segment to the report. */
export function trackingUid(studyInstanceUid: string, trackingId: string): string {
  return derivedUid('tracking', studyInstanceUid, trackingId);
}

/** The form of segmentation that was asked for, or the default. */
export const segmentationTypeOf = (input: WriteInput): SegmentationType =>
  input.segmentationType ?? 'BINARY';
