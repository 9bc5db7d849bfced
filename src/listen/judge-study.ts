// Whether a study needs an analysis that it has not had.
import type { JournalEntry } from './journal.ts';
import type { ResultNote } from './result-note.ts';
import type { StudySource } from './study-source.ts';

/** `settled` holds until the study's images change. */
export type StudyVerdict = 'analyse' | 'not-yet' | 'settled';

export interface Memory {
  readonly entry: JournalEntry | undefined;
  readonly note: ResultNote | undefined;
  /** Version of this program. */
  readonly software: string;
}

/**
 * Decides by what Orthanc and the journal remember.
 *
 * The model does not matter here: under a new model an exam is analysed again when someone asks for
 * it, or every promotion would add series to each study of the last weeks.
 */
export function judgeStudy(source: StudySource, { entry, note, software }: Memory): StudyVerdict {
  if (!source.isStable) return 'not-yet';
  if (note?.sourceKey === source.sourceKey) return 'settled';
  if (entry?.sourceKey !== source.sourceKey) return 'analyse';
  // Done, but Orthanc's note is gone: the study was deleted and sent again, or an old database restored.
  if (entry.outcome === 'done') return entry.isNoted ? 'analyse' : 'settled';
  // A newer version may well accept what an older one refused.
  return entry.software === software ? 'settled' : 'analyse';
}
