// A person asks for a new analysis of a study: by the button, or by sending the study to the node.
import type { RerunAnswer } from '../../exam-status.ts';
import { shortHash } from '../../fingerprint.ts';
import type { Agenda } from '../../listen/agenda.ts';
import type { OrthancClient } from '../../orthanc/client.ts';
import type { AskedFor } from './asked-for.ts';
import type { StatusBoard, StudyName } from './status-board.ts';
import type { Worker } from './worker.ts';

export interface RerunParts {
  readonly client: OrthancClient;
  readonly agenda: Agenda;
  readonly askedFor: AskedFor;
  readonly board: StatusBoard;
  readonly worker: Worker;
  readonly now: () => number;
}

/**
 * Makes the function that puts a study on the agenda whatever was done with it before.
 *
 * What it answers as queued survives a restart. It throws `orthanc-unreachable` and the other errors of
 * a request to Orthanc, and `state-unreadable` when the request cannot be kept.
 */
export function createRerun(parts: RerunParts): (studyInstanceUid: string) => Promise<RerunAnswer> {
  const { client, askedFor, board, worker } = parts;
  return async (studyInstanceUid) => {
    const orthancStudyId = await client.findStudy(studyInstanceUid);
    if (orthancStudyId === undefined) return { kind: 'unknown-study' };
    const id = shortHash(studyInstanceUid);
    const isRunning = worker.current()?.orthancStudyId === orthancStudyId;
    // Whose results are there already, the person has seen and wants anew.
    const isDelivered = board.get(studyInstanceUid)?.delivery === 'delivered';
    if (isRunning && !isDelivered) return { kind: 'already-queued', id };
    const study = { studyInstanceUid, orthancStudyId };
    await askedFor.add(study);
    return { kind: offerAskedFor(parts, study) ? 'queued' : 'already-queued', id };
  };
}

/** @returns false when it was on the agenda already */
export function offerAskedFor(
  { agenda, board, now }: Pick<RerunParts, 'agenda' | 'board' | 'now'>,
  study: StudyName,
): boolean {
  const { orthancStudyId } = study;
  const item = { orthancStudyId, dueMs: now(), failures: 0, isAskedFor: true };
  if (!agenda.offer(item)) return false;
  board.update(study, { work: 'queued', delivery: 'none' });
  return true;
}
