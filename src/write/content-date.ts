// The date that results carry; see docs/decisions/0005-results-carry-the-date-of-their-images.md.
import type { StudyContext } from '../exam.ts';

/** When the sources name no valid date: nobody can take it for the date of an exam. */
const UNKNOWN_DATE = '19000101';
const MIDNIGHT = '000000';

const SOURCES = ['Acquisition', 'Content', 'Series', 'Study'] as const;

export interface ContentDate {
  readonly ContentDate: string;
  readonly ContentTime: string;
}

/**
 * Content Date and Time are required, and the clock would give different bytes to the same result:
 * they are the source's own, of the first of these kinds that it has.
 */
export function contentDate(context: StudyContext): ContentDate {
  for (const source of SOURCES) {
    const date = context[`${source}Date`];
    if (date !== undefined)
      return { ContentDate: date, ContentTime: timeOf(context[`${source}Time`]) };
  }
  return { ContentDate: UNKNOWN_DATE, ContentTime: MIDNIGHT };
}

function timeOf(text: string | undefined): string {
  const time = (text ?? '').replaceAll(':', '');
  return /^([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?$/.test(time) ? time : MIDNIGHT;
}
