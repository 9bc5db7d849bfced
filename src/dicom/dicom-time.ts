// DICOM's TM values.

/**
 * @param text - HHMMSS.FFFFFF, trailing parts optional (PS3.5 6.2); colons of old files allowed
 * @returns ms since midnight; undefined when absent or not a time
 */
export function dicomTimeMs(text: string | undefined): number | undefined {
  const match = /^(\d{2}):?(\d{2})?:?(\d{2}(?:\.\d{1,6})?)?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, hours, minutes = '0', seconds = '0'] = match;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** True for a calendar date YYYYMMDD. De-identified data often carry `20120000` or `00000000`. */
export function isDicomDate(text: string): boolean {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1000;
}
