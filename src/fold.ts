// Cross-validation: which patients of a data set are left out, and which are left.
import { NodeError } from './errors.ts';

/** Part `part` of `parts`, from 1. */
export interface Fold {
  readonly part: number;
  readonly parts: number;
}

/** What follows a folder in a SPEC. */
export interface FoldChoice {
  readonly folder: string;
  /** `only`: the patients of the fold; `without`: all others. */
  readonly keeps?: 'only' | 'without';
  readonly fold?: Fold;
}

const OPTION = /^(?<folder>.+),(?<keeps>only|without)=(?<part>\d{1,4})\/(?<parts>\d{1,4})$/;

/**
 * Reads `DIR`, `DIR,only=K/N` or `DIR,without=K/N`.
 *
 * @throws {NodeError} `usage` when K is not one of 1 to N
 */
export function parseFold(text: string): FoldChoice {
  const groups = OPTION.exec(text)?.groups;
  if (groups === undefined) return { folder: text };
  const { folder } = groups;
  const fold = { part: Number(groups['part']), parts: Number(groups['parts']) };
  if (fold.part < 1 || fold.part > fold.parts)
    throw new NodeError('usage', `expected a fold from 1/N to N/N, got ${fold.part}/${fold.parts}`);
  return { folder, keeps: groups['keeps'] === 'only' ? 'only' : 'without', fold };
}

/** The patients that the choice keeps: names in order go to the folds in turn, so that groups of names are spread. */
export function keptPatients(names: readonly string[], { keeps, fold }: FoldChoice): string[] {
  const ordered = names.toSorted();
  if (fold === undefined) return ordered;
  return ordered.filter((_, i) => (i % fold.parts === fold.part - 1) === (keeps === 'only'));
}
