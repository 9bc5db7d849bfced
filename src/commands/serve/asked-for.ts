// The studies that a person asked for and that are not analysed yet: nobody asks a second time by himself.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfPresent, writeDurably } from '../../durable-file.ts';
import { NodeError, messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { StudyName } from './status-board.ts';

const Study = z.object({ studyInstanceUid: z.string(), orthancStudyId: z.string() });
const AskedFile = z.object({ schema: z.literal(1), studies: z.array(Study) });

export interface AskedFor {
  readonly studies: () => readonly StudyName[];
  /**
   * The wish is on the disk when this resolves.
   *
   * @throws {NodeError} `state-unreadable` when it cannot be written
   */
  readonly add: (study: StudyName) => Promise<void>;
  /** What was last asked for of a study. */
  readonly wishFor: (orthancStudyId: string) => StudyName | undefined;
  /** For a wish whose run has ended, in whatever way; a later one for the same study stays. */
  readonly forget: (wish: StudyName) => Promise<void>;
}

/**
 * Opens the list in a state folder, or begins one there; a file that is not one is set aside.
 *
 * @throws {NodeError} `state-unreadable` when the file cannot be read
 */
export async function openAskedFor(folder: string, log: Log): Promise<AskedFor> {
  const file = join(folder, 'asked-for.json');
  const studies = new Map((await load(file, log)).map((study) => [study.orthancStudyId, study]));
  let saving = Promise.resolve();
  const write = () =>
    writeDurably(file, JSON.stringify({ schema: 1, studies: [...studies.values()] }));
  /** One write after the other: two would fight for the draft. */
  const save = () => (saving = saving.catch(() => undefined).then(write));
  return {
    studies: () => [...studies.values()],
    add: async (study) => {
      studies.set(study.orthancStudyId, { ...study });
      await save().catch((error: unknown) => {
        throw asStateError(file, error);
      });
    },
    wishFor: (orthancStudyId) => studies.get(orthancStudyId),
    forget: async (wish) => {
      if (studies.get(wish.orthancStudyId) !== wish) return;
      studies.delete(wish.orthancStudyId);
      await save().catch((error: unknown) => {
        log.error(
          { err: error, path: file },
          'a request that is done may be repeated by a restart',
        );
      });
    },
  };
}

async function load(file: string, log: Log): Promise<StudyName[]> {
  try {
    const text = await readIfPresent(file);
    if (text === undefined) return [];
    const parsed = AskedFile.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data.studies;
    await rename(file, `${file}.unreadable`);
    log.warn({ path: file }, 'state file set aside, since it is not what was written');
    return [];
  } catch (error) {
    throw asStateError(file, error);
  }
}

/** Undefined for what is not JSON: the schema then refuses it. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asStateError(file: string, error: unknown): NodeError {
  const problem = `expected to read and write ${file}: ${messageOf(error)}`;
  return new NodeError('state-unreadable', problem, { cause: error });
}
