// What the node knows of one exam, for the status page and for whoever asks; free of patient data.
import type { Findings } from './findings.ts';

/** How far the analysis is. */
export type WorkState = 'queued' | 'waiting' | 'running' | 'done' | 'refused' | 'failed';

/** How far the results are on their way into the PACS. */
export type DeliveryState = 'none' | 'pending' | 'delivered' | 'failed';

/** One exam on two axes: the analysis and the delivery of its results. */
export interface ExamStatus {
  /** A hash of the study's UID, for addresses; the findings have the UID itself. */
  readonly id: string;
  /** Orthanc's own id of the study; present when the exam came from Orthanc. */
  readonly orthancStudyId?: string;
  readonly work: WorkState;
  readonly delivery: DeliveryState;
  /** Attempts of the present job, 1 for the first. */
  readonly attempts: number;
  /** ISO 8601, of the last change of either state. */
  readonly changedAt: string;
  /** A sentence: why it waits, was refused or failed. */
  readonly reason?: string;
  /** Present once an analysis was done; it stays while a re-run is under way. */
  readonly findings?: Findings;
}

/** What became of a request to analyse a study again. */
export type RerunAnswer =
  | { readonly kind: 'queued'; readonly id: string }
  | { readonly kind: 'already-queued'; readonly id: string }
  | { readonly kind: 'unknown-study' };
