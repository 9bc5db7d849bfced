// One exam: looked up in Orthanc, fetched, analysed, delivered, noted.
import { deliver } from '../../deliver/deliver.ts';
import { NodeError } from '../../errors.ts';
import type { AgendaItem } from '../../listen/agenda.ts';
import { saveIfPossible, type Journal } from '../../listen/journal.ts';
import { judgeStudy } from '../../listen/judge-study.ts';
import { readNote, writeNote } from '../../listen/result-note.ts';
import { readStudySource, type StudySource } from '../../listen/study-source.ts';
import type { Log } from '../../log.ts';
import type { OrthancClient } from '../../orthanc/client.ts';
import type { DicomWebStore } from '../../orthanc/dicomweb.ts';
import type { ExamResult, InputInstance } from '../../result.ts';
import { SOFTWARE } from '../../software.ts';
import { fetchImages } from './fetch-images.ts';
import type { StatusBoard, StatusChange } from './status-board.ts';

/** Analyses instances; throws `exam-incomplete` when some are missing and the wait is not over. */
export type Analyse = (
  instances: readonly InputInstance[],
  options: { readonly waitIsOver: boolean; readonly log: Log },
) => Promise<ExamResult>;

export interface ExamJobParts {
  readonly client: OrthancClient;
  readonly store: DicomWebStore;
  readonly journal: Journal;
  readonly board: StatusBoard;
  readonly analyse: Analyse;
  /** The version of the model that an analysis should use now. */
  readonly wantedModel: () => Promise<string>;
  /** The clock, ms since 1970. */
  readonly now: () => number;
  readonly dicomWebRoot: string;
  /** How long an incomplete exam may wait for the rest. */
  readonly waitMs: number;
  readonly maxStudyBytes: number;
  /** An exam whose results are not on their way yet is abandoned; the next start takes it up. */
  readonly signal: AbortSignal;
}

/** How one attempt ended. */
export type ExamOutcome =
  | { readonly kind: 'nothing-to-do' }
  | { readonly kind: 'done'; readonly source: StudySource }
  | {
      readonly kind: 'waiting';
      readonly source: StudySource;
      readonly untilMs: number;
      readonly error: NodeError;
    }
  | { readonly kind: 'failed'; readonly source: StudySource; readonly error: unknown };

/** Runs one attempt; it throws only what befalls it before it knows what the study holds. */
export type RunExam = (item: AgendaItem, log: Log) => Promise<ExamOutcome>;

export interface ExamJob {
  readonly run: RunExam;
  /** Drops what is kept of a study for its next attempt; for when none follows by itself. */
  readonly forget: (orthancStudyId: string) => void;
}

interface Pending {
  readonly orthancStudyId: string;
  readonly sourceKey: string;
  /** The version that was wanted; the one in the result may be older, when that did not open. */
  readonly model: string;
  readonly result: ExamResult;
  /** True when only the note of it failed. */
  readonly isDelivered: boolean;
}

/** Makes what the worker calls for each study, one at a time. */
export function createExamJob(parts: ExamJobParts): ExamJob {
  const { board, client, now, waitMs } = parts;
  /** The last result, so that a failed delivery does not cost another analysis. */
  let pending: Pending | undefined;
  /** The end of each study's wait, and the instances that it began with. */
  const waits = new Map<string, { readonly sourceKey: string; readonly untilMs: number }>();

  const run: RunExam = async (item, log) => {
    const source = await sourceOf(parts, item);
    if (source === undefined) return { kind: 'nothing-to-do' };
    const { orthancStudyId, sourceKey } = source;
    const wait = waits.get(orthancStudyId);
    // The earlier of two clocks, or an Orthanc whose clock is ahead would make it wait for ever.
    const untilMs =
      wait?.sourceKey === sourceKey
        ? wait.untilMs
        : Math.min(source.imagesUpdatedAtMs + waitMs, now() + waitMs);
    const waitIsOver = item.isAskedFor || now() >= untilMs;
    const attempts = item.failures + 1;
    try {
      const model = await wantedOr(parts, pending?.model);
      if (pending?.sourceKey !== sourceKey || pending.model !== model) {
        board.update(source, { work: 'running', delivery: 'none', attempts });
        const result = await analyseSource(parts, source, { waitIsOver, log });
        pending = { orthancStudyId, sourceKey, model, result, isDelivered: false };
      }
      const { result } = pending;
      const { findings } = result;
      const delivery = pending.isDelivered ? 'delivered' : 'pending';
      board.update(source, { work: 'done', delivery, attempts, findings });
      parts.signal.throwIfAborted();
      // A study that was deleted meanwhile must not come back with nothing but results in it.
      await client.study(item.orthancStudyId);
      if (!pending.isDelivered) {
        await deliver(result.objects, parts.store, { log, signal: parts.signal });
        pending = { ...pending, isDelivered: true };
        board.update(source, { delivery: 'delivered' });
      }
      await remember(parts, source, { result, log });
      return { kind: 'done', source };
    } catch (error) {
      const isIncomplete = error instanceof NodeError && error.code === 'exam-incomplete';
      if (!isIncomplete || waitIsOver) return { kind: 'failed', source, error };
      waits.set(orthancStudyId, { sourceKey, untilMs });
      return { kind: 'waiting', source, untilMs, error };
    }
  };
  return {
    run,
    forget: (orthancStudyId) => {
      if (pending?.orthancStudyId === orthancStudyId) pending = undefined;
      waits.delete(orthancStudyId);
    },
  };
}

/** Which model is wanted may be unreadable for a while; the analysis says so, and nothing is lost. */
async function wantedOr(parts: ExamJobParts, present: string | undefined): Promise<string> {
  return parts.wantedModel().catch(() => present ?? '');
}

/** Looks again: since it came on the agenda, more may have come or an earlier attempt succeeded. */
async function sourceOf(
  { client, journal, board }: ExamJobParts,
  { orthancStudyId, isAskedFor }: AgendaItem,
): Promise<StudySource | undefined> {
  const source = await readStudySource(client, orthancStudyId);
  if (source === undefined) board.remove(orthancStudyId);
  if (source === undefined || isAskedFor) return source;
  const entry = journal.entry(orthancStudyId);
  const note = await readNote(client, orthancStudyId);
  const verdict = judgeStudy(source, { entry, note, software: SOFTWARE.version });
  if (verdict === 'analyse') return source;
  if (board.get(source.studyInstanceUid) === undefined) return undefined;
  const isDone = note?.sourceKey === source.sourceKey || entry?.outcome === 'done';
  board.update(source, rowOf(verdict, isDone));
  return undefined;
}

/** A row must not say that something follows when nothing is on the agenda. */
function rowOf(verdict: 'not-yet' | 'settled', isDone: boolean): StatusChange {
  // While images still come in, the feed will tell when they have stopped.
  if (verdict === 'not-yet') return { work: 'waiting', reason: 'images are still coming in' };
  if (isDone) return { work: 'done', delivery: 'delivered' };
  return { work: 'refused', reason: 'these images were refused before: see the log of that time' };
}

async function analyseSource(
  parts: ExamJobParts,
  source: StudySource,
  options: { readonly waitIsOver: boolean; readonly log: Log },
): Promise<ExamResult> {
  const { log } = options;
  const startMs = parts.now();
  const instances = await fetchImages(parts, source);
  const fetchedMs = parts.now();
  const count = instances.length;
  log.info({ stage: 'fetch', instances: count, durationMs: fetchedMs - startMs }, 'images fetched');
  const result = await parts.analyse(instances, options);
  log.info({ stage: 'analyse', durationMs: parts.now() - fetchedMs }, 'exam analysed');
  return result;
}

/** From here on no restart and no sweep makes these results again, not even when they are deleted. */
async function remember(
  { client, journal }: ExamJobParts,
  { orthancStudyId, sourceKey }: StudySource,
  { result, log }: { readonly result: ExamResult; readonly log: Log },
): Promise<void> {
  const { findings, fingerprint, objects } = result;
  const isNoted = await writeNote(client, orthancStudyId, {
    ...{ sourceKey, fingerprint, model: findings.model.version },
    results: objects.map((object) => object.sopInstanceUid),
  });
  const after = await readStudySource(client, orthancStudyId);
  const isUnchanged = after?.sourceKey === sourceKey;
  journal.record(orthancStudyId, {
    ...{ sourceKey, isNoted, software: SOFTWARE.version },
    outcome: 'done',
    // What came in meanwhile must not look as if it had been judged: 0 makes the sweep look again.
    updatedAtMs: isUnchanged ? after.studyUpdatedAtMs : 0,
  });
  await saveIfPossible(journal, log);
}
