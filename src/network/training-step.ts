// One step of training, whichever engine makes it.
import { NodeError } from '../errors.ts';
import { SIZE_MULTIPLE } from './architecture.ts';
import type { LossInputs, LossName, TrueMotion } from './losses.ts';
import { DEEP_SUPERVISION, LOSS_WEIGHTS } from './losses.ts';
import type { DenseArray } from './arrays/dense-array.ts';
import type { NamedParameters } from './parameters.ts';
import type { Annotation, LabelledSamples } from './targets.ts';
import { anatomySupervision, LARGEST_TASK_LABEL, pathologySupervision } from './targets.ts';

/** Samples that are trained on together. */
export interface TrainingBatch {
  readonly shape: readonly [n: number, t: number, h: number, w: number];
  /** `[N, T, H, W]`, z-scored per frame, frame 0 = end diastole. */
  readonly cine: Float32Array;
  /** `[N, H, W]`, values of TASK_LABEL at end diastole. */
  readonly labels: Uint8Array;
  /** `[N]`: what of the labels is known. */
  readonly annotations: readonly Annotation[];
  /** `[N][S]`: the frames that the motion and consistency terms look at; S equal for all samples. */
  readonly sampledFrames: readonly (readonly number[])[];
  /** Labels after end diastole, where a sample has them: they train anatomy in motion. */
  readonly laterLabels?: LaterLabels;
  /** True motion, where the heart is a simulated one. */
  readonly trueMotion?: BatchMotion;
}

export interface LaterLabels {
  /** `[N, T - 1, H, W]`, values of TASK_LABEL. */
  readonly labels: Uint8Array;
  /** `[N][T - 1]`. */
  readonly annotations: readonly (readonly Annotation[])[];
}

export interface BatchMotion {
  /** `[N, T, 2, H, W]`: pixels, y then x, from end diastole. */
  readonly displacement: Float32Array;
  /** `[N, H, W]`: 1 where it is known. */
  readonly known: Uint8Array;
}

/**
 * `anatomy`: encoder and anatomy decoder alone, at a third of the cost. `pathology`: the head alone, shown true motion
 * and true myocardium. The rest of the network is not computed and stays as it is, its losses are given as 0.
 */
export type TrainedPart = 'all' | 'anatomy' | 'pathology';

/** `sgd` is the authors'; `adam` gets further in the few steps that a machine without a GPU makes. */
export type Optimiser = 'sgd' | 'adam';

export interface TrainingSettings {
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly gradientNormLimit: number;
  /** Whether BatchNorm normalises by the batch and moves its running statistics, or uses them as they are. */
  readonly batchNorm: 'batch' | 'running';
  /** How far the running statistics move towards those of the batch. */
  readonly statisticsRate: number;
  readonly lossWeights: Readonly<Record<LossName, number>>;
  readonly trainedPart: TrainedPart;
  /** Weight of each resolution of the head, finest first. */
  readonly deepSupervision: readonly [number, number, number, number];
}

/** The authors' settings; the learning rate falls as (1 - epoch / epochs)^0.9 from here. */
export const RELEASED_SETTINGS: TrainingSettings = {
  optimiser: 'sgd',
  learningRate: 0.01,
  momentum: 0.99,
  weightDecay: 3e-5,
  gradientNormLimit: 12,
  batchNorm: 'batch',
  statisticsRate: 0.1,
  lossWeights: LOSS_WEIGHTS,
  trainedPart: 'all',
  deepSupervision: DEEP_SUPERVISION,
};

/** Every term before weighting, and their weighted sum. */
export type LossValues = Readonly<Record<LossName | 'total', number>>;

export interface StepReport {
  readonly losses: LossValues;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/** All that training needs to go on. */
export interface TrainingState {
  /** Weights and running statistics. */
  readonly parameters: NamedParameters;
  /** Momentum of every trained parameter; zeros before the first step. */
  readonly velocities: NamedParameters;
  /** Adam's mean squared gradient of every trained parameter; zeros where it was never used. */
  readonly squares: NamedParameters;
}

export interface LossAndGradients {
  readonly losses: LossValues;
  /** Of the total, for every trained parameter, not clipped. */
  readonly gradients: NamedParameters;
}

/** Holds a network in training; one call at a time. */
export interface TrainingEngine {
  /** For logs: the library and the device. */
  readonly description: string;
  /**
   * Forward, losses, backward, clipping, update.
   *
   * @throws {NodeError} `shape-mismatch` when the batch does not fit together
   */
  step(batch: TrainingBatch, settings: TrainingSettings): Promise<StepReport>;
  /** The same without the update. */
  differentiate(batch: TrainingBatch, settings: TrainingSettings): Promise<LossAndGradients>;
  /** A copy, which later steps do not change. */
  state(): TrainingState;
  release(): Promise<void>;
}

/** @throws {NodeError} `shape-mismatch` when the batch does not tell what the part learns from */
function checkTrainable(batch: TrainingBatch, part: TrainedPart): void {
  if (part === 'pathology' && (batch.trueMotion === undefined || batch.laterLabels === undefined))
    throw new NodeError(
      'shape-mismatch',
      'training batch: expected true motion and labels of every frame to train the head alone, got none',
    );
}

function requireEqual(what: string, expected: number | string, got: number): void {
  if (expected !== got)
    throw new NodeError(
      'shape-mismatch',
      `training batch: ${what}: expected ${expected}, got ${got}`,
    );
}

/** @throws {NodeError} `shape-mismatch` naming what disagrees */
export function checkTrainingBatch(batch: TrainingBatch): void {
  const [n, t, h, w] = batch.shape;
  for (const [axis, size] of Object.entries({ h, w }))
    if (size < SIZE_MULTIPLE || size % SIZE_MULTIPLE !== 0)
      requireEqual(`axis ${axis} of cine`, `a multiple of ${SIZE_MULTIPLE}`, size);
  requireEqual('values of cine', n * t * h * w, batch.cine.length);
  requireEqual('values of labels', n * h * w, batch.labels.length);
  requireEqual('annotations', n, batch.annotations.length);
  requireEqual('lists of sampled frames', n, batch.sampledFrames.length);
  const sampled = batch.sampledFrames.at(0)?.length ?? 0;
  if (sampled === 0) requireEqual('sampled frames of sample 0', 'at least 1', sampled);
  batch.sampledFrames.forEach((frames, sample) => {
    requireEqual(`sampled frames of sample ${sample}`, sampled, frames.length);
    for (const frame of frames)
      if (!Number.isInteger(frame) || frame < 0 || frame >= t)
        requireEqual(`sampled frame of sample ${sample}`, `0..${t - 1}`, frame);
  });
  checkLaterFrames(batch);
  for (const labels of [batch.labels, batch.laterLabels?.labels]) {
    const label = labels?.find((value) => value > LARGEST_TASK_LABEL);
    if (label !== undefined) requireEqual('label', `0..${LARGEST_TASK_LABEL}`, label);
  }
}

function checkLaterFrames({ shape: [n, t, h, w], laterLabels, trueMotion }: TrainingBatch): void {
  if (laterLabels !== undefined) {
    requireEqual('values of later labels', n * (t - 1) * h * w, laterLabels.labels.length);
    requireEqual('annotations of later labels', n, laterLabels.annotations.length);
    for (const known of laterLabels.annotations)
      requireEqual('later labels annotated', t - 1, known.length);
  }
  if (trueMotion !== undefined) {
    requireEqual('values of true motion', n * t * 2 * h * w, trueMotion.displacement.length);
    requireEqual('pixels of known motion', n * h * w, trueMotion.known.length);
  }
}

/** Labels of every frame that has them, sample by sample, frame by frame. */
function labelledFrames(batch: TrainingBatch): LabelledSamples & { readonly perSample: number } {
  const [n, t, h, w] = batch.shape;
  const { laterLabels } = batch;
  if (laterLabels === undefined) {
    const { labels, annotations } = batch;
    return { labels, annotations, shape: [n, h, w], perSample: 1 };
  }
  const size = h * w;
  const labels = new Uint8Array(n * t * size);
  for (let i = 0; i < n; i++) {
    const later = laterLabels.labels.subarray(i * (t - 1) * size, (i + 1) * (t - 1) * size);
    labels.set(batch.labels.subarray(i * size, (i + 1) * size), i * t * size);
    labels.set(later, (i * t + 1) * size);
  }
  const annotations = batch.annotations.flatMap((known, i) => [
    known,
    ...laterLabels.annotations[i],
  ]);
  return { labels, annotations, shape: [n * t, h, w], perSample: t };
}

function trueMotionArrays(
  [n, t, h, w]: TrainingBatch['shape'],
  { displacement, known }: BatchMotion,
): TrueMotion<DenseArray<Float32Array>> {
  const size = h * w;
  const count = t * known.reduce((sum, is) => sum + is, 0);
  const weight = new Float32Array(n * t * size);
  for (let i = 0; i < weight.length; i++)
    weight[i] = known[Math.floor(i / (t * size)) * size + (i % size)] / Math.max(1, count);
  return {
    displacement: { shape: [n * t, 2, h, w], values: displacement },
    weight: { shape: [n * t, 1, h, w], values: weight },
    pixels: { shape: [1, 2, 1, 1], values: Float32Array.of((h - 1) / 2, (w - 1) / 2) },
  };
}

/** `[N, S, T]`, one-hot. */
function frameSelection({ shape: [n, t], sampledFrames }: TrainingBatch): DenseArray<Float32Array> {
  const sampled = sampledFrames[0].length;
  const values = new Float32Array(n * sampled * t);
  sampledFrames.flat().forEach((frame, row) => {
    values[row * t + frame] = 1;
  });
  return { shape: [n, sampled, t], values };
}

/**
 * The batch as the arrays that the losses take.
 *
 * @throws {NodeError} `shape-mismatch` when the batch does not fit together
 */
export function lossArrays(
  batch: TrainingBatch,
  { deepSupervision, trainedPart }: TrainingSettings,
): LossInputs<DenseArray<Float32Array>> {
  checkTrainingBatch(batch);
  checkTrainable(batch, trainedPart);
  const [n, , h, w] = batch.shape;
  const samples = {
    labels: batch.labels,
    shape: [n, h, w],
    annotations: batch.annotations,
  } as const;
  const labelled = labelledFrames(batch);
  return {
    cine: { shape: batch.shape, values: batch.cine },
    frameSelection: frameSelection(batch),
    anatomy: anatomySupervision(labelled),
    labelledFrames: labelled.perSample,
    pathology: pathologySupervision(samples),
    deepSupervision: {
      shape: [deepSupervision.length],
      values: Float32Array.from(deepSupervision),
    },
    ...(batch.trueMotion === undefined
      ? {}
      : { trueMotion: trueMotionArrays(batch.shape, batch.trueMotion) }),
  };
}
