// What the web server is given: it holds no state of its own.
import type { ExamStatus, RerunAnswer } from '../exam-status.ts';
import type { InstanceIdentity } from '../instance-identity.ts';
import type { Log } from '../log.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface WebParts {
  /** Asked of everybody, for every route but /healthz. */
  readonly credentials: Credentials;
  /** Every exam that the node knows of, in any order. */
  readonly exams: () => readonly ExamStatus[];
  /** Asks for a new analysis of a study; its exam is `queued` before this answers. */
  readonly rerun: (studyInstanceUid: string) => Promise<RerunAnswer>;
  /**
   * Reads what an instance says it is from the beginning of its Part 10 file.
   *
   * @throws {NodeError} when that cannot be read
   */
  readonly identify: (bytes: Uint8Array) => InstanceIdentity;
  readonly log: Log;
}
