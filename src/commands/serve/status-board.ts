// What the status page shows, kept on the disk so that findings outlive a restart.
import { join } from 'node:path';
import { z } from 'zod';
import { readIfPresent, writeDurably } from '../../durable-file.ts';
import type { ExamStatus, WorkState } from '../../exam-status.ts';
import { shortHash } from '../../fingerprint.ts';
import type { Log } from '../../log.ts';

/** The page is for the exams of these days; Orthanc has all results for good. */
const KEPT = 200;
const OVER: ReadonlySet<WorkState> = new Set(['done', 'refused', 'failed']);

/** Written by this program; of its shape only what decides here is checked. */
const BoardFile = z.object({
  schema: z.literal(1),
  exams: z.array(z.looseObject({ id: z.string(), work: z.string(), changedAt: z.string() })),
});

export type StatusChange = Partial<
  Pick<ExamStatus, 'work' | 'delivery' | 'attempts' | 'reason' | 'findings'>
>;

export interface StudyName {
  readonly studyInstanceUid: string;
  readonly orthancStudyId: string;
}

export interface StatusBoard {
  readonly exams: () => readonly ExamStatus[];
  readonly get: (studyInstanceUid: string) => ExamStatus | undefined;
  /** Merges a change into what is known of an exam; `reason` is gone unless it is given again. */
  readonly update: (study: StudyName, change: StatusChange) => void;
  /** For a study of which no more than Orthanc's id is known: nothing is done for it any more. */
  readonly giveUp: (orthancStudyId: string, reason: string) => void;
  /** For a study that is no longer in Orthanc, or has no images to analyse. */
  readonly remove: (orthancStudyId: string) => void;
  /** Resolves when everything shown is on the disk. */
  readonly flush: () => Promise<void>;
}

export interface StatusBoardParts {
  /** The clock, ms since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** True when the journal says that results of this study are in Orthanc. */
  readonly isDone: (orthancStudyId: string) => boolean;
}

export async function openStatusBoard(
  folder: string,
  { now, log, isDone }: StatusBoardParts,
): Promise<StatusBoard> {
  const file = join(folder, 'exams.json');
  const saved = await load(file, log);
  const exams = new Map(saved.flatMap((e) => asOver(e, isDone)).map((exam) => [exam.id, exam]));
  let saving = Promise.resolve();
  let isDue = false;
  const write = async () => {
    isDue = false;
    await writeDurably(file, JSON.stringify({ schema: 1, exams: [...exams.values()] }));
  };
  /** Many changes while one write is under way become one more write. */
  const save = () => {
    if (isDue) return;
    isDue = true;
    saving = saving.then(write).catch((error: unknown) => {
      log.warn({ err: error, path: file }, 'the status page cannot be saved');
    });
  };
  const rowsOf = (orthancStudyId: string) =>
    [...exams.values()].filter((exam) => exam.orthancStudyId === orthancStudyId);
  return {
    exams: () => [...exams.values()],
    get: (studyInstanceUid) => exams.get(shortHash(studyInstanceUid)),
    update: ({ studyInstanceUid, orthancStudyId }, change) => {
      const id = shortHash(studyInstanceUid);
      const present = exams.get(id) ?? { id, work: 'queued', delivery: 'none', attempts: 0 };
      const changedAt = new Date(now()).toISOString();
      exams.delete(id);
      exams.set(id, { ...present, orthancStudyId, reason: undefined, ...change, changedAt });
      // A Map keeps the order of insertion, so the first is the one unchanged for longest.
      for (const oldest of exams.keys()) {
        if (exams.size <= KEPT) break;
        exams.delete(oldest);
      }
      save();
    },
    giveUp: (orthancStudyId, reason) => {
      const changedAt = new Date(now()).toISOString();
      for (const exam of rowsOf(orthancStudyId)) {
        const { work, delivery } = exam;
        const isOpen = !OVER.has(work) || delivery === 'pending';
        const change =
          work === 'done' ? { delivery: 'failed' as const } : { work: 'failed' as const };
        if (isOpen) exams.set(exam.id, { ...exam, ...change, reason, changedAt });
      }
      save();
    },
    remove: (orthancStudyId) => {
      const gone = rowsOf(orthancStudyId);
      for (const { id } of gone) exams.delete(id);
      if (gone.length > 0) save();
    },
    flush: () => saving,
  };
}

/**
 * What was under way when the node stopped is found again by the sweep, and is not shown till then;
 * but findings of an earlier run stay.
 */
function asOver(exam: ExamStatus, isDone: StatusBoardParts['isDone']): ExamStatus[] {
  if (OVER.has(exam.work)) return [exam];
  if (exam.findings === undefined) return [];
  const { orthancStudyId = '', delivery } = exam;
  const kept = isDone(orthancStudyId) ? 'delivered' : delivery;
  return [{ ...exam, work: 'done', delivery: kept, reason: undefined }];
}

async function load(file: string, log: Log): Promise<ExamStatus[]> {
  const text = await readIfPresent(file);
  if (text === undefined) return [];
  try {
    const { exams } = BoardFile.parse(JSON.parse(text));
    return exams as unknown as ExamStatus[];
  } catch (error) {
    log.warn({ err: error, path: file }, 'the saved status page is unreadable and begins anew');
    return [];
  }
}
