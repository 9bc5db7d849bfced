// DICOM's data dictionary (PS3.6), as dcmjs carries it.
import { data } from 'dcmjs';

const { nameMap, dictionary } = data.DicomMetaDictionary;

export interface DictionaryEntry {
  /** Eight upper-case hexadecimal digits. */
  readonly tag: string;
  /** A VR, or `ox`, `xs`, `up`, `lt` where the standard leaves a choice. */
  readonly vr: string;
}

/** The attribute with this keyword. */
export function entryOf(keyword: string): DictionaryEntry | undefined {
  const entry = Object.hasOwn(nameMap, keyword) ? nameMap[keyword] : undefined;
  return entry && { tag: entry.tag.replace(/[(),]/g, '').toUpperCase(), vr: entry.vr };
}

/** @param tag - eight hexadecimal digits */
export const keywordOf = (tag: string): string | undefined => standardEntry(tag)?.name;

/** @param tag - eight hexadecimal digits */
export const vrOf = (tag: string): string | undefined => standardEntry(tag)?.vr;

function standardEntry(tag: string): { readonly name: string; readonly vr: string } | undefined {
  const digits = tag.toUpperCase();
  const isPrivate = Number.parseInt(digits.slice(0, 4), 16) % 2 === 1;
  return isPrivate ? undefined : dictionary[`(${digits.slice(0, 4)},${digits.slice(4)})`];
}
