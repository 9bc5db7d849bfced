// Training from the first step, or from a checkpoint, to a trained network.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../durable-file.ts';
import { NodeError } from '../errors.ts';
import { type NamedParameters, parameterSpecs, sizeOf } from '../network/parameters.ts';
import type { StepReport, TrainingEngine } from '../network/training-step.ts';
import { createRandom } from '../random.ts';
import { openBatchStream } from './batch-stream.ts';
import {
  type Checkpoint,
  freshProgress,
  hasCheckpoint,
  loadCheckpoint,
  RUN_FILES,
  saveCheckpoint,
  type TrainingProgress,
} from './checkpoint.ts';
import { initialWeights } from './initial-weights.ts';
import { keptWeights } from './kept-weights.ts';
import { type EpochMetrics, readMetrics, writeMetrics } from './metrics.ts';
import { type EngineOptions, openTrainingEngine } from './open-engine.ts';
import { openSources } from './open-sources.ts';
import { drawOverlay } from './overlay.ts';
import { changedPlan, type PlanChanges, totalSteps, type TrainingPlan } from './plan.ts';
import { reportPage } from './report-page.ts';
import { collectMeans } from './running-mean.ts';
import { kindOfStep, learningRateAt, settingsOfStep } from './schedule.ts';
import { type PatientOfSource, splitPatients } from './split.ts';
import { validate, type Validation } from './validate.ts';
import { drawValidationCases, type ValidationCase } from './validation-cases.ts';

/** What training uses of the world. */
export interface TrainingParts extends EngineOptions {
  /** Folder of the run: checkpoints, metrics, report. */
  readonly folder: string;
  /** Folder for slices that take long to render. */
  readonly cacheDir: string;
  /** Weights to start from instead of random ones. */
  readonly initial?: NamedParameters;
  /** Aborted: a checkpoint is saved and training ends. */
  readonly signal: AbortSignal;
  /** Milliseconds, for times left and the spacing of checkpoints. */
  readonly now: () => number;
  /** Told once where training begins and how many steps there are. */
  readonly onStart: (firstStep: number, steps: number) => void;
  /** Told of every step. */
  readonly onStep: (step: number, report: StepReport) => void;
  /** Told of every epoch. */
  readonly onEpoch: (metrics: EpochMetrics) => void;
}

export interface TrainingOutcome {
  readonly plan: TrainingPlan;
  /** `finished` and `stopped-early` leave the best weights, `interrupted` a checkpoint to go on from. */
  readonly ending: 'finished' | 'stopped-early' | 'interrupted';
  readonly parameters: NamedParameters;
  readonly best: TrainingProgress['best'];
  readonly steps: number;
  readonly hours: number;
  readonly epochs: readonly EpochMetrics[];
  /** Of these weights, on more held-out slices than an epoch is judged by; empty when interrupted. */
  readonly heldOutDice: Validation['dice'];
  readonly engine: string;
}

const CHECKPOINT_EVERY_MS = 120_000;
const MS_PER_HOUR = 3_600_000;
const MOST_OVERLAYS = 12;
/** Slices that the result is judged by, over those of an epoch: of scar, few slices have any. */
const FINAL_SLICES = 10;

/**
 * Starts a run in a folder that holds none.
 *
 * @throws {NodeError} `usage` when the folder has the checkpoint of an earlier run, which would be overwritten
 */
export async function startTraining(
  plan: TrainingPlan,
  parts: TrainingParts,
): Promise<TrainingOutcome> {
  await mkdir(parts.folder, { recursive: true });
  if (await hasCheckpoint(parts.folder))
    throw new NodeError(
      'usage',
      `expected a folder without a run, got ${parts.folder}, which has a checkpoint: go on with it by --resume, or choose another --out`,
    );
  const normal = createRandom(`training ${plan.seed}/weights`).normal;
  const parameters = parts.initial ?? initialWeights(plan.architecture, normal);
  const zeros = (): NamedParameters =>
    new Map(
      parameterSpecs(plan.architecture)
        .filter(({ isTrained }) => isTrained)
        .map(({ name, shape }) => [name, { shape, values: new Float32Array(sizeOf(shape)) }]),
    );
  const state = { parameters, velocities: zeros(), squares: zeros() };
  const start = { ...freshProgress(plan), state };
  if (parts.initial !== undefined) await saveCheckpoint(parts.folder, start, RUN_FILES.start);
  return train(start, parts);
}

/**
 * Goes on with the run in the folder, to the very step that would have come next.
 *
 * @param changes - to make the run shorter or longer than planned, or keep other weights
 * @throws {NodeError} `model-missing` when the folder has no checkpoint
 * @throws {NodeError} `usage` when the run is already longer, or has no first weights to mix in
 */
export async function resumeTraining(
  parts: TrainingParts,
  changes: PlanChanges = {},
): Promise<TrainingOutcome> {
  const start = await loadCheckpoint(parts.folder);
  const plan = changedPlan(start.plan, changes, start.step);
  if (plan.fromShare > 0 && !(await hasCheckpoint(parts.folder, RUN_FILES.start)))
    throw new NodeError(
      'usage',
      `expected --from-share for a run that kept the weights that it began with, got one without ${RUN_FILES.start}: leave it out`,
    );
  return train({ ...start, plan }, parts);
}

/** Where a run stands. */
interface Run {
  readonly plan: TrainingPlan;
  readonly parts: TrainingParts;
  readonly engine: TrainingEngine;
  readonly heldOut: readonly PatientOfSource[];
  readonly cases: readonly ValidationCase[];
  readonly epochs: EpochMetrics[];
  readonly means: ReturnType<typeof collectMeans>;
  /** Hours of training so far. */
  readonly hours: () => number;
  step: number;
  best: TrainingProgress['best'];
  savedMs: number;
}

async function openRun(start: Checkpoint, parts: TrainingParts): Promise<Run> {
  const { plan, step, best, state } = start;
  const sources = await openSources(plan.data, parts.cacheDir);
  const { validation } = splitPatients(sources, plan.validationShare);
  const startedMs = parts.now();
  return {
    plan,
    parts,
    engine: await openTrainingEngine(plan.architecture, state, parts),
    heldOut: validation,
    cases: await drawValidationCases(plan, validation),
    epochs: await readMetrics(parts.folder, step),
    means: collectMeans(),
    hours: () => start.hours + (parts.now() - startedMs) / MS_PER_HOUR,
    step,
    best,
    savedMs: startedMs,
  };
}

async function train(start: Checkpoint, parts: TrainingParts): Promise<TrainingOutcome> {
  const run = await openRun(start, parts);
  const { plan, engine } = run;
  const batches = openBatchStream({ plan, cacheDir: parts.cacheDir }, run.step);
  let ending: TrainingOutcome['ending'] = 'finished';
  parts.onStart(run.step, totalSteps(plan));
  try {
    while (run.step < totalSteps(plan)) {
      // Also of a run that ended so before and is resumed.
      if (isExhausted(run)) {
        ending = 'stopped-early';
        break;
      }
      const batch = await batches.next(run.step);
      const report = await engine.step(batch, settingsOfStep(plan, run.step));
      requireFinite(report, run.step);
      run.means.add(kindOfStep(plan, run.step), report);
      run.step++;
      parts.onStep(run.step, report);

      if (run.step % plan.stepsPerEpoch === 0) {
        await endEpoch(run);
        await save(run);
      }
      if (parts.signal.aborted) {
        await save(run);
        ending = 'interrupted';
        break;
      }
      if (parts.now() - run.savedMs > CHECKPOINT_EVERY_MS) await save(run);
    }
    return await outcomeOf(run, ending);
  } finally {
    await batches.close();
    await engine.release();
  }
}

async function save(run: Run, file: string = RUN_FILES.checkpoint): Promise<void> {
  const { plan, parts, engine, step, best, hours } = run;
  await saveCheckpoint(
    parts.folder,
    { plan, step, best, hours: hours(), state: engine.state() },
    file,
  );
  run.savedMs = parts.now();
}

/** Judges the network, keeps it when it is the best so far, and writes down how it stands. */
async function endEpoch(run: Run): Promise<void> {
  const { plan, parts, engine, cases, epochs, step } = run;
  const { architecture } = plan;
  const { parameters } = engine.state();
  const validation =
    cases.length === 0 ? undefined : await validate({ architecture, parameters }, cases);
  const epoch = step / plan.stepsPerEpoch;
  const metrics: EpochMetrics = {
    epoch,
    step,
    hours: run.hours(),
    learningRate: learningRateAt(plan, step - 1),
    ...run.means.take(),
    dice: validation?.dice ?? {},
    score: validation?.score ?? null,
  };
  epochs.push(metrics);
  if (validation === undefined || validation.score > (run.best?.score ?? -Infinity)) {
    run.best = { score: validation?.score ?? 0, epoch };
    await save(run, RUN_FILES.best);
  }
  await writeMetrics(parts.folder, epochs);
  await writeReport(run, validation);
  parts.onEpoch(metrics);
}

function isExhausted({ plan, step, best }: Run): boolean {
  return best !== null && step / plan.stepsPerEpoch - best.epoch >= plan.patience;
}

/** With the weights that the plan keeps; while a run is not over, with those where it stands. */
async function outcomeOf(run: Run, ending: TrainingOutcome['ending']): Promise<TrainingOutcome> {
  const { plan, parts, engine, best, step, hours, epochs } = run;
  const last = engine.state().parameters;
  const parameters = ending === 'interrupted' ? last : await keptWeights(plan, parts.folder, last);
  return {
    plan,
    ending,
    parameters,
    best,
    steps: step,
    hours: hours(),
    epochs,
    heldOutDice: ending === 'interrupted' ? {} : await finalDice(run, parameters),
    engine: engine.description,
  };
}

async function finalDice(
  { plan, heldOut }: Run,
  parameters: NamedParameters,
): Promise<Validation['dice']> {
  const validationSlices = FINAL_SLICES * plan.validationSlices;
  const cases = await drawValidationCases({ ...plan, validationSlices }, heldOut);
  if (cases.length === 0) return {};
  return (await validate({ architecture: plan.architecture, parameters }, cases)).dice;
}

async function writeReport(run: Run, validation: Validation | undefined): Promise<void> {
  const { plan, parts, epochs, cases } = run;
  const overlays = (validation?.predictions ?? [])
    .slice(0, MOST_OVERLAYS)
    .map((prediction, i) => drawOverlay(cases[i], prediction));
  await writeDurably(join(parts.folder, RUN_FILES.report), reportPage({ plan, epochs, overlays }));
}

/** A network that has lost its numbers never finds them again. */
function requireFinite({ losses, gradientNorm }: StepReport, step: number): void {
  if (Number.isFinite(losses.total) && Number.isFinite(gradientNorm)) return;
  throw new NodeError(
    'internal',
    `training diverged at step ${step}: expected finite losses, got ${losses.total} (gradient norm ${gradientNorm}); start again with a lower --learning-rate`,
  );
}
