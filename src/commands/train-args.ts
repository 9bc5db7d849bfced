// The command line of `cinemyops train`.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, NodeError } from '../errors.ts';
import { doublingWidths } from '../network/architecture.ts';
import { VERSION_PATTERN } from '../network/model/manifest.ts';
import type { Device } from '../network/session.ts';
import type { Optimiser } from '../network/training-step.ts';
import { ENGINE_CHOICES, type EngineChoice } from '../train/open-engine.ts';
import { DEFAULT_PLAN, parsePlan, type PlanChanges, type TrainingPlan } from '../train/plan.ts';
import type { CommandIo } from './command.ts';
import { modelsDirOf } from './model/model-args.ts';

interface CommonArgs {
  /** Of the run. */
  readonly folder: string;
  readonly modelsDir: string;
  readonly cacheDir: string;
  readonly engine: EngineChoice;
  readonly device: Device;
}

/** What a new run was told. */
export interface StartArgs extends CommonArgs {
  readonly mode: 'start';
  readonly plan: TrainingPlan;
  /** Fields of the plan that the command line names. */
  readonly given: ReadonlySet<string>;
  readonly from: string | undefined;
}

export type TrainArgs =
  (CommonArgs & { readonly mode: 'resume'; readonly changes: PlanChanges }) | StartArgs;

/** Where runs and their caches lie unless told otherwise. */
const RUNS = 'runs';
/** The release caps its head at ten times its first width. */
const HEAD_CAP = 10;
/** What a run that goes on may be told anew. */
const RESUME_FLAGS = new Set([
  ...['resume', 'out', 'models-dir', 'cache', 'engine', 'device'],
  ...['epochs', 'keep', 'from-share', 'patience'],
]);
const KEPT = ['best', 'last'] as const satisfies readonly TrainingPlan['keeps'][];
const OPTIMISERS = ['sgd', 'adam'] as const satisfies readonly Optimiser[];
/** As the authors train. */
const SGD_DEFAULTS = { optimiser: 'sgd', learningRate: 0.01, momentum: 0.99 } as const;
const DEVICES: readonly Device[] = ['cpu', 'webgpu', 'cuda'];

const text = { type: 'string' } as const;

function readFlags(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        data: { type: 'string', multiple: true },
        name: text,
        out: text,
        'models-dir': text,
        cache: text,
        engine: text,
        device: text,
        from: text,
        'from-share': text,
        epochs: text,
        'steps-per-epoch': text,
        batch: text,
        stills: text,
        frames: text,
        patch: text,
        'still-size': text,
        'stills-share': text,
        'motion-share': text,
        'running-statistics-from': text,
        width: text,
        'head-width': text,
        optimiser: text,
        'learning-rate': text,
        momentum: text,
        patience: text,
        'validation-slices': text,
        seed: text,
        keep: text,
        'no-augmentation': { type: 'boolean' },
        resume: { type: 'boolean' },
      },
    });
    return values;
  } catch (cause) {
    throw new NodeError('usage', messageOf(cause), { cause });
  }
}

type Flags = ReturnType<typeof readFlags>;

const usage = (message: string): NodeError => new NodeError('usage', message);

function oneOf<T extends string>(flag: string, given: string, choices: readonly T[]): T {
  const choice = choices.find((name) => name === given);
  if (choice === undefined)
    throw usage(`expected --${flag} ${choices.join(' or ')}, got '${given}'`);
  return choice;
}

/** Numbers of the plan by their flags. */
const NUMBERS = {
  epochs: 'epochs',
  'steps-per-epoch': 'stepsPerEpoch',
  batch: 'batch',
  stills: 'stills',
  frames: 'frames',
  patch: 'patchMm',
  'still-size': 'stillPixels',
  'motion-share': 'motionShare',
  'from-share': 'fromShare',
  'running-statistics-from': 'runningStatisticsFrom',
  'learning-rate': 'learningRate',
  momentum: 'momentum',
  patience: 'patience',
  'validation-slices': 'validationSlices',
  seed: 'seed',
} as const satisfies Partial<Record<keyof Flags, keyof TrainingPlan>>;

function numberOf(flag: string, given: string): number {
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value))
    throw usage(`expected --${flag} with a number, got '${given}'`);
  return value;
}

function sharesOf(given: string): readonly number[] {
  return given.split(',').map((share) => numberOf('stills-share', share));
}

function planOf(flags: Flags): TrainingPlan {
  const { name, data } = flags;
  if (data === undefined) throw usage('expected --data SPEC, got none');
  if (name === undefined || !VERSION_PATTERN.test(name))
    throw usage(`expected --name with letters, digits, '.', '_' and '-', got '${name ?? ''}'`);
  const numbers = Object.entries(NUMBERS).flatMap(([flag, field]) => {
    const given = flags[flag as keyof typeof NUMBERS];
    return given === undefined ? [] : [[field, numberOf(flag, given)] as const];
  });
  const { architecture } = DEFAULT_PLAN;
  const width = numberOf('width', flags.width ?? `${architecture.encoderWidths[0]}`);
  const headWidth = numberOf('head-width', flags['head-width'] ?? `${architecture.headWidths[0]}`);
  const optimiser = oneOf('optimiser', flags.optimiser ?? DEFAULT_PLAN.optimiser, OPTIMISERS);
  return parsePlan({
    ...DEFAULT_PLAN,
    ...(optimiser === 'sgd' && SGD_DEFAULTS),
    version: name,
    data,
    architecture: {
      ...architecture,
      encoderWidths: doublingWidths(width),
      headWidths: doublingWidths(headWidth, HEAD_CAP * headWidth),
    },
    stillsShare: sharesOf(flags['stills-share'] ?? DEFAULT_PLAN.stillsShare.join()),
    hasAugmentation: flags['no-augmentation'] !== true,
    keeps: oneOf('keep', flags.keep ?? DEFAULT_PLAN.keeps, KEPT),
    ...Object.fromEntries(numbers),
  });
}

/**
 * Reads the command line; of the environment, the folder of models.
 *
 * @throws {NodeError} `usage` with what was expected
 */
export function parseTrainArgs(argv: readonly string[], io: Pick<CommandIo, 'env'>): TrainArgs {
  const flags = readFlags(argv);
  const common = {
    modelsDir: modelsDirOf(flags, io),
    cacheDir: flags.cache ?? join(RUNS, 'cache'),
    engine: oneOf('engine', flags.engine ?? 'auto', ENGINE_CHOICES),
    device: oneOf('device', flags.device ?? 'cpu', DEVICES),
  };
  if (flags.resume === true) {
    const unexpected = Object.keys(flags).filter((flag) => !RESUME_FLAGS.has(flag));
    if (unexpected.length > 0)
      throw usage(`--resume goes on as the run began: leave out --${unexpected.join(', --')}`);
    if (flags.out === undefined) throw usage('expected --resume with --out DIR, the run to go on');
    const changes = {
      ...(flags.epochs !== undefined && { epochs: numberOf('epochs', flags.epochs) }),
      ...(flags.patience !== undefined && { patience: numberOf('patience', flags.patience) }),
      ...(flags['from-share'] !== undefined && {
        fromShare: numberOf('from-share', flags['from-share']),
      }),
      ...(flags.keep !== undefined && { keeps: oneOf('keep', flags.keep, KEPT) }),
    };
    return { ...common, mode: 'resume', folder: flags.out, changes };
  }
  if (flags.from !== undefined && (flags.width ?? flags['head-width']) !== undefined)
    throw usage('--from brings its own widths: leave out --width and --head-width');
  if (flags.from === undefined && flags['from-share'] !== undefined)
    throw usage(
      'expected --from-share with --from DIR, the model whose weights are to be mixed in',
    );
  const plan = planOf(flags);
  const folder = flags.out ?? join(RUNS, plan.version);
  const named = Object.entries(NUMBERS).filter(([flag]) => Object.hasOwn(flags, flag));
  const given = new Set(named.map(([, field]) => field));
  return { ...common, mode: 'start', folder, plan, given, from: flags.from };
}
