// What the node must remember of Orthanc over a restart: the place in the feed, and what was settled.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfPresent, writeDurably } from '../durable-file.ts';
import { NodeError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';

const Entry = z.object({
  /** Hash of the source instances that were judged. */
  sourceKey: z.string(),
  /** Orthanc's time of the study when it was judged, ms. */
  updatedAtMs: z.number(),
  outcome: z.enum(['done', 'refused']),
  /** Version of this program that judged. */
  software: z.string(),
  /** True when Orthanc keeps the outcome too, beside the study. */
  isNoted: z.boolean(),
});
const StudiesFile = z.object({ schema: z.literal(1), studies: z.record(z.string(), Entry) });
const FeedFile = z.object({ schema: z.literal(1), since: z.number().int().min(0) });

export type JournalEntry = Readonly<z.infer<typeof Entry>>;

/** The node's memory. */
export interface Journal {
  /** The last change that was dealt with; undefined when the feed was never read. */
  readonly since: () => number | undefined;
  /** It is on the disk when this resolves. */
  readonly setSince: (since: number) => Promise<void>;
  readonly entry: (orthancStudyId: string) => JournalEntry | undefined;
  /** Orthanc's ids of the studies that results were made of. */
  readonly doneStudies: () => string[];
  readonly record: (orthancStudyId: string, entry: JournalEntry) => void;
  /** Keeps only the studies that are named. */
  readonly retain: (orthancStudyIds: ReadonlySet<string>) => void;
  /** What was recorded is on the disk when this resolves; one write for many entries. */
  readonly save: () => Promise<void>;
}

/**
 * Opens the journal in a folder, or begins one there.
 *
 * A file that is not a journal is set aside: nothing is lost by beginning anew, since Orthanc keeps
 * what is done beside each study.
 *
 * @throws {NodeError} `state-unreadable` when the folder cannot be read or written
 */
export async function openJournal(folder: string, log: Log): Promise<Journal> {
  const feedFile = join(folder, 'feed.json');
  const studiesFile = join(folder, 'studies.json');
  const load = <T>(file: string, schema: z.ZodType<T>) => loadOrSetAside(file, schema, log);
  const write = (file: string, text: string) =>
    writeDurably(file, text).catch((error: unknown) => {
      throw asStateError(folder, error);
    });
  try {
    let since = (await load(feedFile, FeedFile))?.since;
    const saved = (await load(studiesFile, StudiesFile))?.studies ?? {};
    const studies = new Map<string, JournalEntry>(Object.entries(saved));
    let isChanged = true;
    const save = inTurn(async () => {
      if (!isChanged) return;
      isChanged = false;
      const text = JSON.stringify({ schema: 1, studies: Object.fromEntries(studies) });
      await write(studiesFile, text).catch((error: unknown) => {
        isChanged = true;
        throw error;
      });
    });
    const saveSince = inTurn(() => write(feedFile, JSON.stringify({ schema: 1, since })));
    await save();
    return {
      since: () => since,
      setSince: async (value) => {
        if (value === since) return;
        since = value;
        await saveSince();
      },
      entry: (id) => studies.get(id),
      doneStudies: () =>
        [...studies].filter(([, { outcome }]) => outcome === 'done').map(([id]) => id),
      record: (id, entry) => {
        studies.set(id, entry);
        isChanged = true;
      },
      retain: (ids) => {
        for (const id of [...studies.keys()].filter((known) => !ids.has(known))) {
          studies.delete(id);
          isChanged = true;
        }
      },
      save,
    };
  } catch (error) {
    throw asStateError(folder, error);
  }
}

/**
 * Saves where there is no way back: what is not saved now is on the next save, and until then in memory.
 */
export async function saveIfPossible(journal: Journal, log: Log): Promise<void> {
  try {
    await journal.save();
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    log.error({ err: error, code: error.code }, 'the journal is not saved: tried again later');
  }
}

function asStateError(folder: string, error: unknown): NodeError {
  if (error instanceof NodeError) return error;
  return new NodeError(
    'state-unreadable',
    `expected to read and write the state folder ${folder}: ${messageOf(error)}`,
    { cause: error },
  );
}

async function loadOrSetAside<T>(
  file: string,
  schema: z.ZodType<T>,
  log: Log,
): Promise<T | undefined> {
  const text = await readIfPresent(file);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    await rename(file, `${file}.unreadable`);
    log.warn({ err: error, path: file }, 'state file set aside, since it is not what was written');
    return undefined;
  }
}

/** Runs one call after the other: two writers would fight for the draft file. */
function inTurn(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.catch(() => undefined).then(work);
    return last;
  };
}
