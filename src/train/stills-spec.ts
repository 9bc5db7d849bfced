// What follows `sunnybrook-png:`: a folder of patients, and which of them.
import { NodeError } from '../errors.ts';

/** Part `part` of `parts`, from 1, of cross-validation. */
export interface Fold {
  readonly part: number;
  readonly parts: number;
}

export interface StillsSpec {
  readonly folder: string;
  /** `only`: the patients of the fold; `without`: all others. */
  readonly keeps?: 'only' | 'without';
  readonly fold?: Fold;
  /** A folder with the contours of patients: only these patients, and their epicardium. */
  readonly contours?: string;
  /** Names of patients who are left out. */
  readonly except: readonly string[];
}

const OPTION = /^(?<before>.+),(?<key>only|without|contours|except)=(?<value>[^,]+)$/;
const FOLD = /^(?<part>\d{1,4})\/(?<parts>\d{1,4})$/;

/**
 * Reads `DIR[,only=K/N|,without=K/N][,contours=DIR][,except=NAME]...`.
 *
 * @throws {NodeError} `usage` when K is not one of 1 to N, or an option stands there twice
 */
export function parseStillsSpec(text: string): StillsSpec {
  const groups = OPTION.exec(text)?.groups;
  if (groups === undefined) return { folder: text, except: [] };
  const { before, key, value } = groups;
  const rest = parseStillsSpec(before);
  switch (key) {
    case 'except':
      return { ...rest, except: [...rest.except, value] };
    case 'contours':
      if (rest.contours !== undefined) throw twice(key);
      return { ...rest, contours: value };
    default:
      if (rest.fold !== undefined) throw twice('only or without');
      return { ...rest, keeps: key === 'only' ? 'only' : 'without', fold: parseFold(value) };
  }
}

function parseFold(text: string): Fold {
  const groups = FOLD.exec(text)?.groups;
  const fold = { part: Number(groups?.['part']), parts: Number(groups?.['parts']) };
  if (fold.part >= 1 && fold.part <= fold.parts) return fold;
  throw new NodeError('usage', `expected a fold from 1/N to N/N, got ${text}`);
}

const twice = (key: string): NodeError =>
  new NodeError('usage', `expected one ${key} after sunnybrook-png:DIR, got several`);

/**
 * The patients that are kept: names in order go to the folds in turn, so that groups of names are spread.
 *
 * @throws {NodeError} `usage` when a patient to leave out is not there
 */
export function keptPatients(
  names: readonly string[],
  { keeps, fold, except }: Omit<StillsSpec, 'folder'>,
): string[] {
  const unknown = except.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new NodeError(
      'usage',
      `expected except= with the folder of a patient, got '${unknown}', which is not there`,
    );
  const ordered = names.filter((name) => !except.includes(name)).toSorted();
  if (fold === undefined) return ordered;
  return ordered.filter((_, i) => (i % fold.parts === fold.part - 1) === (keeps === 'only'));
}

/** The same without the paths of a machine and the names of patients, for records. */
export function anonymousStillsSpec(text: string): string {
  const { keeps, fold, contours, except } = parseStillsSpec(text);
  return [
    'sunnybrook-png',
    ...(contours === undefined ? [] : ['contours']),
    ...(except.length === 0 ? [] : [`except=${except.length} patients`]),
    ...(fold === undefined ? [] : [`${keeps ?? ''}=${fold.part}/${fold.parts}`]),
  ].join(',');
}
