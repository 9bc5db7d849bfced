// Finds the studies in Orthanc that need an analysis: by its change feed, and by sweeping over all.
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, type Backoff } from '../backoff.ts';
import { NodeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OrthancClient, OrthancStudy } from '../orthanc/client.ts';
import type { Journal } from './journal.ts';
import { judgeStudy } from './judge-study.ts';
import { readNote } from './result-note.ts';
import { readStudySource, type StudySource } from './study-source.ts';

export interface ListenParts {
  readonly client: OrthancClient;
  readonly journal: Journal;
  readonly log: Log;
  /** Called for every study that needs an analysis; more than once for the same is harmless. */
  readonly offer: (source: StudySource) => void;
  /** Called when Orthanc answers for the first time, and each time that it had been away. */
  readonly onBack: () => Promise<void>;
  /** The clock, ms since 1970. */
  readonly now: () => number;
  /** Version of this program. */
  readonly software: string;
}

export interface ListenOptions {
  readonly pollMs: number;
  readonly sweepMs: number;
  /** Studies that Orthanc received longer ago are left alone. */
  readonly backlogMs: number;
  readonly signal: AbortSignal;
}

const PAGE = 500;
const BACKOFF: Backoff = { firstMs: 500, maxMs: 30_000 };
/** When the studies that were skipped are tried again; never later than the next sweep would be. */
const SKIPPED: Backoff = { firstMs: 5_000, maxMs: 3_600_000 };

/**
 * Listens until aborted. While Orthanc is away it waits, and says so once.
 *
 * The sweep is no luxury: Orthanc keeps the stability of a series in memory, so that a restart loses
 * events for good.
 */
export async function listen(parts: ListenParts, options: ListenOptions): Promise<void> {
  const { log, now } = parts;
  const ear: Ear = { ...parts, skipped: new Set() };
  const { pollMs, sweepMs, signal } = options;
  let sweepDueMs = now();
  let failures = 0;
  let sweepsThatSkipped = 0;
  let isBack = true;
  while (!signal.aborted) {
    try {
      if (isBack) await parts.onBack();
      isBack = false;
      ear.skipped.clear();
      const mustSweep = (await readFeed(ear, options)) || now() >= sweepDueMs;
      if (mustSweep) {
        ear.skipped.clear();
        await sweep(ear, options);
        sweepsThatSkipped = ear.skipped.size === 0 ? 0 : sweepsThatSkipped + 1;
        sweepDueMs = now() + sweepMs;
      }
      if (ear.skipped.size > 0)
        sweepDueMs = Math.min(sweepDueMs, now() + backoffMs(SKIPPED, sweepsThatSkipped));
      if (failures > 0) log.info('listening to Orthanc again');
      failures = 0;
    } catch (error) {
      if (isAborted(signal)) return;
      // Troubles of Orthanc or of the disk pass; anything else is a defect and must be seen.
      if (!(error instanceof NodeError)) throw error;
      failures++;
      isBack = true;
      // An Orthanc that was restarted has forgotten which series were about to be stable.
      sweepDueMs = now();
      if (failures === 1)
        log.warn({ err: error, code: error.code }, 'cannot listen to Orthanc: trying again');
    }
    const delayMs = failures === 0 ? pollMs : Math.max(pollMs, backoffMs(BACKOFF, failures));
    await pause(delayMs, signal);
  }
}

interface Ear extends ListenParts {
  /** Orthanc's ids of what could not be judged, of a study or, where that is not known, a series. */
  readonly skipped: Set<string>;
}

/**
 * Reads the feed to its end.
 *
 * @returns true when its beginning was lost and only a sweep can tell what happened
 */
async function readFeed(parts: Ear, options: ListenOptions): Promise<boolean> {
  const { client, journal, log } = parts;
  const since = journal.since();
  const last = await client.lastChange();
  if (since === undefined || last < since) {
    if (since !== undefined)
      log.warn({ since, last }, "Orthanc's database was replaced: starting over");
    await journal.setSince(last);
    return true;
  }
  let position = since;
  for (let isDone = last === position; !isDone && !options.signal.aborted;) {
    const page = await client.changes({ since: position, limit: PAGE });
    for (const { type, id } of page.changes)
      if (type === 'StableSeries') await considerSeries(parts, options, id);
    position = page.last;
    // Saved after the page was dealt with: what a crash interrupts is read again.
    await journal.setSince(position);
    isDone = page.isDone;
  }
  return false;
}

/** Gaps in the feed are normal: what was deleted since is no longer there, and that is the end. */
async function considerSeries(
  parts: Ear,
  options: ListenOptions,
  orthancSeriesId: string,
): Promise<void> {
  let subject: Subject = { orthancSeriesId };
  try {
    const series = await parts.client.series(orthancSeriesId);
    if (series.modality !== 'MR') return;
    subject = { orthancStudyId: series.orthancStudyId };
    await considerStudy(parts, options, await parts.client.study(series.orthancStudyId));
  } catch (error) {
    skip(parts, subject, error);
  }
}

type Subject = { readonly orthancStudyId: string } | { readonly orthancSeriesId: string };

/** What is wrong with one study must not keep the others from being found; an Orthanc that is away does. */
function skip({ log, skipped }: Ear, subject: Subject, error: unknown): void {
  if (!(error instanceof NodeError) || error.code === 'orthanc-unreachable') throw error;
  if (error.code === 'not-found') return;
  for (const id of Object.values(subject)) skipped.add(id);
  log.warn({ ...subject, err: error, code: error.code }, 'study skipped till the next sweep');
}

async function sweep(parts: Ear, options: ListenOptions): Promise<void> {
  const { client, journal, log } = parts;
  const seen = new Set<string>();
  for (let since = 0; !options.signal.aborted; since += PAGE) {
    const { studies, unreadable } = await client.studiesWith('MR', { since, limit: PAGE });
    const seenBefore = seen.size;
    for (const orthancStudyId of unreadable) {
      seen.add(orthancStudyId);
      const problem = 'expected what Orthanc tells of every study, got less: see its log';
      skip(parts, { orthancStudyId }, new NodeError('orthanc-answer', problem));
    }
    for (const study of studies) {
      seen.add(study.orthancStudyId);
      if (isSettled(study, parts)) continue;
      try {
        await considerStudy(parts, options, study);
      } catch (error) {
        skip(parts, { orthancStudyId: study.orthancStudyId }, error);
      }
    }
    if (seen.size === seenBefore) {
      journal.retain(seen);
      await journal.save();
      log.debug({ count: seen.size }, 'sweep done');
      return;
    }
  }
}

/** True when this version judged the study as it is: most of an archive costs no request. */
function isSettled(study: OrthancStudy, { journal, software }: ListenParts): boolean {
  const entry = journal.entry(study.orthancStudyId);
  return entry?.updatedAtMs === study.updatedAtMs && entry.software === software;
}

async function considerStudy(
  { client, journal, offer, now, software }: ListenParts,
  { backlogMs }: ListenOptions,
  study: OrthancStudy,
): Promise<void> {
  const { orthancStudyId, updatedAtMs } = study;
  if (now() - updatedAtMs > backlogMs) return;
  const source = await readStudySource(client, orthancStudyId);
  if (source === undefined) return;
  const entry = journal.entry(orthancStudyId);
  const note = await readNote(client, orthancStudyId);
  const verdict = judgeStudy(source, { entry, note, software });
  if (verdict === 'analyse') offer(source);
  if (verdict !== 'settled') return;
  const isNoted = note?.sourceKey === source.sourceKey;
  const outcome = isNoted || entry === undefined ? 'done' : entry.outcome;
  // With the new time in the journal, the next sweep passes this study without a question.
  const { sourceKey } = source;
  journal.record(orthancStudyId, { sourceKey, updatedAtMs, outcome, software, isNoted });
}

/** Ends early, and quietly, when aborted. */
async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, { signal }).catch(() => undefined);
}

/** A function, since the compiler does not know that the signal changes while one waits. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
