// What the node writes beside a study in Orthanc, so that a lost state folder doubles nothing.
import { z } from 'zod';
import type { OrthancClient } from '../orthanc/client.ts';

/** Numbers from 1024 on are free for users of Orthanc and need no configuration. */
export const NOTE_NUMBER = 4269;

const Note = z.object({
  schema: z.literal('cinemyops-note-1'),
  sourceKey: z.string(),
  /** Version of the model that made the results. */
  model: z.string(),
  fingerprint: z.string(),
  /** SOP Instance UIDs of the results. */
  results: z.array(z.string()),
});

/** That results were made from these instances and are in Orthanc. */
export type ResultNote = Readonly<z.infer<typeof Note>>;

/** @returns undefined when there is none, or none that this version understands */
export async function readNote(
  client: OrthancClient,
  orthancStudyId: string,
): Promise<ResultNote | undefined> {
  const text = await client.studyNote(orthancStudyId, NOTE_NUMBER);
  if (text === undefined) return undefined;
  try {
    return Note.safeParse(JSON.parse(text)).data;
  } catch {
    // Someone else's metadata under our number: it says nothing about results.
    return undefined;
  }
}

/**
 * @returns false when Orthanc does not allow this user to write metadata: the journal must then do
 * @throws {NodeError} `orthanc-unreachable` or `orthanc-answer`, which pass by themselves
 * @throws {NodeError} `not-found` when the study is gone
 */
export async function writeNote(
  client: OrthancClient,
  orthancStudyId: string,
  note: Omit<ResultNote, 'schema'>,
): Promise<boolean> {
  const text = JSON.stringify({ schema: 'cinemyops-note-1', ...note } satisfies ResultNote);
  return client.writeStudyNote(orthancStudyId, NOTE_NUMBER, text);
}
