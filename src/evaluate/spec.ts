// What `--data` names: cases to evaluate on.
import { NodeError } from '../errors.ts';
import { shortHash } from '../fingerprint.ts';
import { PHYSIOLOGY, type Condition } from '../simulate/parameters.ts';

/** Most seeds of one SPEC: each takes seconds to minutes. */
const MOST_SEEDS = 10_000;

/** One simulated heart a seed. */
export interface SimulatedSpec {
  readonly kind: 'simulate';
  readonly spec: string;
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly condition?: Condition;
}

export type EvaluationSpec =
  | SimulatedSpec
  | {
      readonly kind: 'sunnybrook' | 'labels' | 'dicom';
      readonly spec: string;
      readonly folder: string;
    };

const FORMS =
  'simulate:seeds=9000-9009[,condition=healthy], sunnybrook:DIR, labels:DIR or dicom:DIR';

/** @throws {NodeError} `usage` when it is none of the forms */
export function parseSpec(spec: string): EvaluationSpec {
  const colon = spec.indexOf(':');
  const [kind, rest] = [spec.slice(0, colon), spec.slice(colon + 1)];
  if (colon > 0 && rest !== '') {
    if (kind === 'simulate') return parseSimulated(spec, rest);
    // As `train` calls it.
    if (kind === 'layout') return { kind: 'labels', spec, folder: rest };
    if (kind === 'sunnybrook' || kind === 'labels') return { kind, spec, folder: rest };
    // The folder of one exam may bear a patient's name, and the spec is written to files.
    if (kind === 'dicom') return { kind, spec: `dicom:${shortHash(rest)}`, folder: rest };
  }
  throw new NodeError('usage', `expected --data ${FORMS}, got '${spec}'`);
}

function parseSimulated(spec: string, options: string): SimulatedSpec {
  const given = new Map(
    options.split(',').map((option) => {
      const [name, ...value] = option.split('=');
      return [name, value.join('=')];
    }),
  );
  const unknown = [...given.keys()].find((name) => name !== 'seeds' && name !== 'condition');
  const seeds = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(given.get('seeds') ?? '');
  if (unknown !== undefined || seeds === null)
    throw new NodeError('usage', `expected --data ${FORMS}, got '${spec}'`);
  const firstSeed = Number(seeds[1]);
  const lastSeed = Number(seeds.at(2) ?? seeds[1]);
  if (lastSeed < firstSeed || lastSeed - firstSeed >= MOST_SEEDS)
    throw new NodeError(
      'usage',
      `expected seeds from the first to the last, ${MOST_SEEDS} at most, got '${spec}'`,
    );
  const condition = given.get('condition');
  return {
    kind: 'simulate',
    spec,
    firstSeed,
    lastSeed,
    ...(condition === undefined ? {} : { condition: conditionOf(condition) }),
  };
}

function conditionOf(name: string): Condition {
  const conditions = Object.keys(PHYSIOLOGY) as Condition[];
  const condition = conditions.find((known) => known === name);
  if (condition !== undefined) return condition;
  throw new NodeError('usage', `expected condition ${conditions.join(', ')}, got '${name}'`);
}
