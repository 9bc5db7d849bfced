// Checkpoints: everything that the next step depends on, in one safetensors file that is whole or absent.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../durable-file.ts';
import { messageOf, NodeError } from '../errors.ts';
import { readSafetensors, writeSafetensors } from '../network/arrays/safetensors.ts';
import {
  type NamedParameters,
  type ParameterArray,
  parameterSpecs,
} from '../network/parameters.ts';
import type { TrainingState } from '../network/training-step.ts';
import { type TrainingPlan, trainingPlanSchema } from './plan.ts';

/** The best score so far; none before the first validation. */
const bestSchema = z.strictObject({ score: z.number(), epoch: z.int() }).nullable();

const progressSchema = z.strictObject({
  plan: trainingPlanSchema,
  /** Steps made. */
  step: z.int().min(0),
  best: bestSchema,
  /** Hours of training so far, over all runs. */
  hours: z.number().min(0),
});

export type TrainingProgress = Readonly<z.infer<typeof progressSchema>>;

export interface Checkpoint extends TrainingProgress {
  readonly state: TrainingState;
}

export const RUN_FILES = {
  /** Of a run that began with a model's weights: those. */
  start: 'start.safetensors',
  checkpoint: 'checkpoint.safetensors',
  best: 'best.safetensors',
  metrics: 'metrics.jsonl',
  report: 'report.html',
} as const;

const PARAMETER = 'parameters/';
const VELOCITY = 'velocities/';
const SQUARES = 'squares/';

function prefixed(prefix: string, arrays: NamedParameters): [string, ParameterArray][] {
  return [...arrays].map(([name, array]) => [`${prefix}${name}`, array]);
}

/** Writes a checkpoint in the run's folder. */
export async function saveCheckpoint(
  folder: string,
  { state, ...progress }: Checkpoint,
  file: string = RUN_FILES.checkpoint,
): Promise<void> {
  const tensors = new Map([
    ...prefixed(PARAMETER, state.parameters),
    ...prefixed(VELOCITY, state.velocities),
    ...prefixed(SQUARES, state.squares),
  ]);
  const metadata = { progress: JSON.stringify(progress) };
  await writeDurably(join(folder, file), writeSafetensors(tensors, metadata));
}

/** Whether the folder of a run holds a checkpoint of that name; without one no run was begun in it. */
export async function hasCheckpoint(
  folder: string,
  file: string = RUN_FILES.checkpoint,
): Promise<boolean> {
  return stat(join(folder, file)).then(
    () => true,
    () => false,
  );
}

function arraysOf(
  tensors: NamedParameters,
  { prefix, names }: { readonly prefix: string; readonly names: readonly string[] },
): NamedParameters {
  return new Map(
    names.map((name) => {
      const array = tensors.get(`${prefix}${name}`);
      if (array === undefined)
        throw new NodeError('model-invalid', `the checkpoint lacks ${prefix}${name}`);
      return [name, array];
    }),
  );
}

function progressOf(text: string | undefined): TrainingProgress {
  try {
    return progressSchema.parse(JSON.parse(text ?? ''));
  } catch (cause) {
    throw new NodeError(
      'model-invalid',
      `expected a checkpoint of this version of the program, got another: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/**
 * Reads a checkpoint of a run's folder.
 *
 * @throws {NodeError} `model-missing` when there is none
 * @throws {NodeError} `model-invalid` when it cannot be read
 */
export async function loadCheckpoint(
  folder: string,
  file: string = RUN_FILES.checkpoint,
): Promise<Checkpoint> {
  const bytes = await readFile(join(folder, file)).catch((cause: unknown) => {
    throw new NodeError(
      'model-missing',
      `expected a checkpoint ${file} in the folder of the run, got none: ${messageOf(cause)}`,
      { cause },
    );
  });
  const { tensors, metadata } = readSafetensors(bytes, file);
  const progress = progressOf(metadata.progress);
  const specs = parameterSpecs(progress.plan.architecture);
  const all = specs.map(({ name }) => name);
  const trained = specs.filter(({ isTrained }) => isTrained).map(({ name }) => name);
  return {
    ...progress,
    state: {
      parameters: arraysOf(tensors, { prefix: PARAMETER, names: all }),
      velocities: arraysOf(tensors, { prefix: VELOCITY, names: trained }),
      squares: arraysOf(tensors, { prefix: SQUARES, names: trained }),
    },
  };
}

/** Where a run without a checkpoint begins. */
export function freshProgress(plan: TrainingPlan): TrainingProgress {
  return { plan, step: 0, best: null, hours: 0 };
}
