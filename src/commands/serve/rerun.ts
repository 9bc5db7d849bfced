// A person asks for a new analysis of a study: by the button, or by sending the study to the node.
import type { RerunAnswer } from '../../exam-status.ts';
import { shortHash } from '../../fingerprint.ts';
import type { Agenda } from '../../listen/agenda.ts';
import type { OrthancClient } from '../../orthanc/client.ts';
import type { StatusBoard } from './status-board.ts';
import type { Worker } from './worker.ts';

export interface RerunParts {
  readonly client: OrthancClient;
  readonly agenda: Agenda;
  readonly board: StatusBoard;
  readonly worker: Worker;
  readonly now: () => number;
}

/**
 * Makes the function that puts a study on the agenda whatever was done with it before.
 *
 * It throws `orthanc-unreachable` and the other errors of a request to Orthanc.
 */
export function createRerun(parts: RerunParts): (studyInstanceUid: string) => Promise<RerunAnswer> {
  const { client, agenda, board, worker, now } = parts;
  return async (studyInstanceUid) => {
    const orthancStudyId = await client.findStudy(studyInstanceUid);
    if (orthancStudyId === undefined) return { kind: 'unknown-study' };
    const id = shortHash(studyInstanceUid);
    if (worker.current()?.orthancStudyId === orthancStudyId) return { kind: 'already-queued', id };
    const item = { orthancStudyId, dueMs: now(), failures: 0, isAskedFor: true };
    if (!agenda.offer(item)) return { kind: 'already-queued', id };
    board.update({ studyInstanceUid, orthancStudyId }, { work: 'queued', delivery: 'none' });
    return { kind: 'queued', id };
  };
}
