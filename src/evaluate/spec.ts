// What `--data` names: cases to evaluate on.
import { NodeError } from '../errors.ts';
import { shortHash } from '../fingerprint.ts';
import { type Condition, CONDITIONS, type Style, STYLES } from '../simulate/parameters.ts';
import type { ScanOptions } from '../simulate/scan.ts';

/** Most seeds of one SPEC: each takes seconds to minutes. */
const MOST_SEEDS = 10_000;

/** One simulated heart a seed. */
export interface SimulatedSpec {
  readonly kind: 'simulate';
  readonly spec: string;
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly condition?: Condition;
  readonly style?: Style;
  /** What is fixed of the scans; the rest is drawn from the seed. */
  readonly scan: Pick<ScanOptions, 'slices' | 'phases' | 'matrix'>;
}

export type EvaluationSpec =
  | SimulatedSpec
  | {
      readonly kind: 'sunnybrook' | 'sunnybrook-png' | 'labels' | 'dicom';
      readonly spec: string;
      readonly folder: string;
    };

const FORMS =
  'simulate:seeds=9000-9009[,condition=healthy], sunnybrook:DIR, sunnybrook-png:DIR[,only=1/3][,contours=DIR], labels:DIR or dicom:DIR';

/** @throws {NodeError} `usage` when it is none of the forms */
export function parseSpec(spec: string): EvaluationSpec {
  const colon = spec.indexOf(':');
  const [kind, rest] = [spec.slice(0, colon), spec.slice(colon + 1)];
  if (colon > 0 && rest !== '') {
    if (kind === 'simulate') return parseSimulated(spec, rest);
    // As `train` calls it.
    if (kind === 'layout') return { kind: 'labels', spec, folder: rest };
    if (kind === 'sunnybrook' || kind === 'sunnybrook-png' || kind === 'labels')
      return { kind, spec, folder: rest };
    // The folder of one exam may bear a patient's name, and the spec is written to files.
    if (kind === 'dicom') return { kind, spec: `dicom:${shortHash(rest)}`, folder: rest };
  }
  throw new NodeError('usage', `expected --data ${FORMS}, got '${spec}'`);
}

/** As `cinemyops simulate` bounds them. */
const SCAN_RANGES = { slices: [3, 30], phases: [8, 60], matrix: [48, 512] } as const;
const SCAN_KEYS = ['slices', 'phases', 'matrix'] as const;

function parseSimulated(spec: string, options: string): SimulatedSpec {
  const given = new Map(
    options.split(',').map((option) => {
      const [name, ...value] = option.split('=');
      return [name, value.join('=')];
    }),
  );
  const known = new Set<string>(['seeds', 'condition', 'style', ...SCAN_KEYS]);
  const seeds = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(given.get('seeds') ?? '');
  if (seeds === null || [...given.keys()].some((name) => !known.has(name)))
    throw new NodeError('usage', `expected --data ${FORMS}, got '${spec}'`);
  const firstSeed = Number(seeds[1]);
  const lastSeed = Number(seeds.at(2) ?? seeds[1]);
  if (lastSeed < firstSeed || lastSeed - firstSeed >= MOST_SEEDS)
    throw new NodeError(
      'usage',
      `expected seeds from the first to the last, ${MOST_SEEDS} at most, got '${spec}'`,
    );
  const condition = oneOf('condition', given.get('condition'), CONDITIONS);
  const style = oneOf('style', given.get('style'), STYLES);
  return {
    kind: 'simulate',
    spec,
    firstSeed,
    lastSeed,
    ...(condition !== undefined && { condition }),
    ...(style !== undefined && { style }),
    scan: scanOf(given),
  };
}

function scanOf(given: ReadonlyMap<string, string>): SimulatedSpec['scan'] {
  const entries = SCAN_KEYS.flatMap((key) => {
    const text = given.get(key);
    if (text === undefined) return [];
    const [least, most] = SCAN_RANGES[key];
    const value = Number(text);
    if (text !== '' && Number.isInteger(value) && value >= least && value <= most)
      return [[key, value] as const];
    throw new NodeError('usage', `expected ${key} from ${least} to ${most}, got '${text}'`);
  });
  return Object.fromEntries(entries);
}

function oneOf<T extends string>(
  key: string,
  given: string | undefined,
  choices: readonly T[],
): T | undefined {
  const choice = choices.find((known) => known === given);
  if (choice !== undefined || given === undefined) return choice;
  throw new NodeError('usage', `expected ${key} ${choices.join(', ')}, got '${given}'`);
}
