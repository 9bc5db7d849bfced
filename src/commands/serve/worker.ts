// Takes one study after the other from the agenda and decides what each outcome means.
import { backoffMs, type Backoff } from '../../backoff.ts';
import { NodeError, messageOf } from '../../errors.ts';
import type { Agenda, AgendaItem } from '../../listen/agenda.ts';
import { saveIfPossible, type Journal } from '../../listen/journal.ts';
import type { StudySource } from '../../listen/study-source.ts';
import { withoutUids, type Log } from '../../log.ts';
import { SOFTWARE } from '../../software.ts';
import type { AskedFor } from './asked-for.ts';
import type { ExamJob, ExamOutcome } from './exam-job.ts';
import type { StatusBoard } from './status-board.ts';

export interface WorkerParts {
  readonly agenda: Agenda;
  readonly askedFor: AskedFor;
  readonly journal: Journal;
  readonly board: StatusBoard;
  readonly examJob: ExamJob;
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** The one worker. */
export interface Worker {
  /** Works until aborted; a defect in one exam never ends it. */
  readonly run: () => Promise<void>;
  /** What is being worked on at this moment. */
  readonly current: () => AgendaItem | undefined;
  /** True when these very instances failed since the start, in a way that does not pass by itself. */
  readonly hasFailed: (source: StudySource) => boolean;
}

const BACKOFF: Backoff = { firstMs: 2_000, maxMs: 300_000 };
/** After that many, a person must look; only an Orthanc that is away is waited for without end. */
const MAX_FAILURES = 8;

export function createWorker(parts: WorkerParts): Worker {
  const { agenda, askedFor, examJob, log, signal } = parts;
  const failed = new Map<string, string>();
  let current: AgendaItem | undefined;
  let jobs = 0;

  /** @returns true when nothing follows by itself */
  const runOne = async (item: AgendaItem): Promise<boolean> => {
    const { orthancStudyId } = item;
    const jobLog = log.child({ job: ++jobs, orthancStudyId, attempt: item.failures + 1 });
    try {
      const outcome = await examJob.run(item, jobLog);
      if (outcome.kind === 'failed' && signal.aborted) {
        jobLog.info('exam abandoned: the next start takes it up');
        return false;
      }
      if (outcome.kind !== 'nothing-to-do') failed.delete(orthancStudyId);
      const isFinal = await handle(parts, item, { outcome, log: jobLog });
      if (isFinal && outcome.kind === 'failed' && isLasting(outcome.error))
        failed.set(orthancStudyId, outcome.source.sourceKey);
      return isFinal;
    } catch (error) {
      failed.delete(orthancStudyId);
      if (!isGone(error) && retryOrGiveUp(parts, item, { error, log: jobLog })) return false;
      if (isGone(error)) dropStudy(parts, item, jobLog);
      else parts.board.giveUp(orthancStudyId, reasonOf(error));
      return true;
    }
  };

  return {
    run: async () => {
      while (!signal.aborted) {
        const item = await agenda.take(signal).catch(() => undefined);
        if (item === undefined) return;
        current = item;
        const wish = askedFor.wishFor(item.orthancStudyId);
        const isFinal = await runOne(item);
        current = undefined;
        if (isFinal) examJob.forget(item.orthancStudyId);
        if (isFinal && item.isAskedFor && wish !== undefined) await askedFor.forget(wish);
      }
    },
    current: () => current,
    hasFailed: ({ orthancStudyId, sourceKey }) => failed.get(orthancStudyId) === sourceKey,
  };
}

/** @returns true when the exam is not tried again by itself */
async function handle(
  parts: WorkerParts,
  item: AgendaItem,
  { outcome, log }: { readonly outcome: ExamOutcome; readonly log: Log },
): Promise<boolean> {
  const { agenda, board } = parts;
  switch (outcome.kind) {
    case 'nothing-to-do':
      return true;
    case 'done':
      log.info({ outcome: outcome.kind }, 'exam done');
      return true;
    case 'waiting': {
      const { untilMs, error, source } = outcome;
      board.update(source, { work: 'waiting', reason: withoutUids(error.message) });
      log.info({ outcome: outcome.kind, delayMs: untilMs - parts.now() }, 'exam waits for images');
      agenda.offer({ ...item, dueMs: untilMs, failures: 0 });
      return false;
    }
    case 'failed':
      return settleFailure(parts, item, { ...outcome, log });
  }
}

async function settleFailure(
  parts: WorkerParts,
  item: AgendaItem,
  {
    source,
    error,
    log,
  }: { readonly source: StudySource; readonly error: unknown; readonly log: Log },
): Promise<boolean> {
  const { board } = parts;
  if (isGone(error)) {
    dropStudy(parts, item, log);
    return true;
  }
  const reason = reasonOf(error);
  const { work, delivery } = board.get(source.studyInstanceUid) ?? {};
  const isAnalysed = work === 'done';
  if (retryOrGiveUp(parts, item, { error, log })) {
    board.update(source, isAnalysed ? { reason } : { work: 'queued', reason });
    return false;
  }
  const isRefused = error instanceof NodeError && error.disposition === 'reject';
  if (isAnalysed && delivery === 'delivered') board.update(source, { reason });
  else if (isAnalysed) board.update(source, { delivery: 'failed', reason });
  else board.update(source, { work: isRefused ? 'refused' : 'failed', reason });
  // What these instances are will not change; whether storing works again may.
  if (isRefused && !isAnalysed) {
    const { orthancStudyId, sourceKey, studyUpdatedAtMs: updatedAtMs } = source;
    const software = SOFTWARE.version;
    const entry = { sourceKey, updatedAtMs, outcome: 'refused', software, isNoted: false } as const;
    parts.journal.record(orthancStudyId, entry);
    await saveIfPossible(parts.journal, log);
  }
  return true;
}

/** A study that is gone may be sent again as it was; a DICOMweb that was missing may be there next time. */
const isLasting = (error: unknown): boolean =>
  !(error instanceof NodeError) ||
  (error.code !== 'not-found' && error.code !== 'configuration-invalid');

const isGone = (error: unknown): boolean =>
  error instanceof NodeError && error.code === 'not-found';

function dropStudy({ board }: WorkerParts, { orthancStudyId }: AgendaItem, log: Log): void {
  log.info({ outcome: 'gone' }, 'study is no longer in Orthanc');
  board.remove(orthancStudyId);
}

/** @returns true when it is on the agenda again */
function retryOrGiveUp(
  { agenda, now }: WorkerParts,
  item: AgendaItem,
  { error, log }: { readonly error: unknown; readonly log: Log },
): boolean {
  if (!(error instanceof NodeError)) {
    log.error({ err: error, outcome: 'failed' }, 'exam failed by a defect of the node');
    return false;
  }
  const { code, disposition } = error;
  const failures = item.failures + 1;
  const isWorthwhile = code === 'orthanc-unreachable' || failures < MAX_FAILURES;
  if (disposition === 'retry' && isWorthwhile) {
    const delayMs = backoffMs(BACKOFF, failures);
    log.warn({ err: error, code, delayMs }, 'exam is tried again');
    agenda.offer({ ...item, failures, dueMs: now() + delayMs });
    return true;
  }
  if (disposition === 'reject') log.info({ code, outcome: 'refused' }, 'exam refused');
  else log.error({ err: error, code, outcome: 'failed' }, 'exam failed');
  return false;
}

/** A foreign error's message may quote what it was reading. */
function reasonOf(error: unknown): string {
  if (error instanceof NodeError) return withoutUids(messageOf(error));
  return 'a defect of the node: see its log';
}
