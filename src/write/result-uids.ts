// UIDs of results: the same source images, model and program version give the same ones.
import { derivedUid } from '../fingerprint.ts';
import type { ResultKind } from '../result.ts';
import type { WriteInput } from './write-input.ts';

export interface ResultUids {
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly dimensionOrganizationUid: string;
}

/**
 * An archive keeps the old content when a UID is stored again, so whatever changes the content of a
 * result is a part of its UIDs: the images, the model, the program and, for a report, the segments.
 */
export function resultUids(input: WriteInput, kind: ResultKind): ResultUids {
  const { fingerprint, segmentation, software } = input;
  const parts = [fingerprint, segmentation.model.deviceUid, software.name, software.version, kind];
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
