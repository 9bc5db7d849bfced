// Losses of one batch and their gradients, as TensorFlow.js derives them.
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architecture.ts';
import type { DenseArray } from '../arrays/dense-array.ts';
import {
  LOSS_NAMES,
  type LossInputs,
  type Supervision,
  totalLoss,
  type TrueMotion,
} from '../losses.ts';
import type { Moments, Ops } from '../ops.ts';
import { isOfPart, parameterSpecs } from '../parameters.ts';
import {
  lossArrays,
  type TrainedPart,
  type TrainingBatch,
  type TrainingSettings,
} from '../training-step.ts';
import { trainingTerms } from '../training-terms.ts';
import {
  type NamedTensors,
  type NamedVariables,
  tensorOf,
  variableOf,
} from './network-variables.ts';

/** A network in training on one backend. */
export interface TensorflowNetwork {
  readonly ops: Ops<tf.Tensor>;
  readonly architecture: Architecture;
  readonly variables: NamedVariables;
}

/** Tensors that the caller disposes. */
export interface Differentiated {
  /** `[7]`: every term in the order of `LOSS_NAMES`, then the total. */
  readonly losses: tf.Tensor;
  readonly gradients: NamedTensors;
  /** Of each BatchNorm, by its name; empty unless it normalises by the batch. */
  readonly batchMoments: ReadonlyMap<string, Moments<tf.Tensor>>;
}

/** @throws {NodeError} `shape-mismatch` when the batch does not fit together */
export function differentiate(
  network: TensorflowNetwork,
  batch: TrainingBatch,
  settings: TrainingSettings,
): Differentiated {
  const arrays = lossArrays(batch, settings);
  const trained = trainedVariables(network, settings.trainedPart);
  const batchMoments = new Map<string, Moments<tf.Tensor>>();
  // Side results of the function that is differentiated outlive it only when kept.
  const kept: tf.Tensor[] = [];
  const { value, grads } = tf.variableGrads(() => {
    const moments = settings.batchNorm === 'batch' ? batchMoments : undefined;
    const losses = batchLosses(network, { arrays, settings, moments });
    for (const { mean, variance } of batchMoments.values()) [mean, variance].forEach(tf.keep);
    kept.push(tf.keep(losses));
    return tf.reshape(tf.slice(losses, [LOSS_NAMES.length], [1]), []);
  }, [...trained.values()]);
  value.dispose();
  return { losses: kept[0], gradients: byParameter(trained, grads), batchMoments };
}

interface BatchLossInputs {
  readonly arrays: LossInputs<DenseArray<Float32Array>>;
  readonly settings: TrainingSettings;
  /** Filled when BatchNorm normalises by the batch. */
  readonly moments: Map<string, Moments<tf.Tensor>> | undefined;
}

/** `[7]`: every term, then the total. */
function batchLosses(network: TensorflowNetwork, inputs: BatchLossInputs): tf.Tensor {
  const { ops, architecture, variables } = network;
  const parts = {
    ops,
    architecture,
    parameter: (name: string) => variableOf(variables, name),
    batchMoments: inputs.moments,
  };
  const tensors = lossTensors(inputs.arrays);
  const terms = trainingTerms(parts, tensors, inputs.settings.trainedPart);
  const weights = tf.tensor1d(LOSS_NAMES.map((name) => inputs.settings.lossWeights[name]));
  return tf.concat([...LOSS_NAMES.map((name) => terms[name]), totalLoss(ops, terms, weights)]);
}

function lossTensors(arrays: LossInputs<DenseArray<Float32Array>>): LossInputs<tf.Tensor> {
  return {
    cine: tensorOf(arrays.cine),
    frameSelection: tensorOf(arrays.frameSelection),
    anatomy: supervisionTensors(arrays.anatomy),
    labelledFrames: arrays.labelledFrames,
    pathology: supervisionTensors(arrays.pathology),
    deepSupervision: tensorOf(arrays.deepSupervision),
    ...(arrays.trueMotion === undefined ? {} : { trueMotion: motionTensors(arrays.trueMotion) }),
  };
}

function motionTensors(arrays: TrueMotion<DenseArray<Float32Array>>): TrueMotion<tf.Tensor> {
  return {
    displacement: tensorOf(arrays.displacement),
    weight: tensorOf(arrays.weight),
    pixels: tensorOf(arrays.pixels),
  };
}

function supervisionTensors(arrays: Supervision<DenseArray<Float32Array>>): Supervision<tf.Tensor> {
  return {
    targets: arrays.targets.map(tensorOf),
    merge: tensorOf(arrays.merge),
    sampleWeight: tensorOf(arrays.sampleWeight),
    diceWeight: tensorOf(arrays.diceWeight),
  };
}

/** The variables that the loss is differentiated for. */
function trainedVariables(
  { architecture, variables }: TensorflowNetwork,
  part: TrainedPart,
): ReadonlyMap<string, tf.Variable> {
  const trained = parameterSpecs(architecture).filter(
    (spec) => spec.isTrained && isOfPart(spec, part),
  );
  return new Map(trained.map(({ name }) => [name, variableOf(variables, name)]));
}

/** TensorFlow.js numbers its variables; the gradients come under those names. */
function byParameter(
  trained: ReadonlyMap<string, tf.Variable>,
  gradients: tf.NamedTensorMap,
): NamedTensors {
  return new Map([...trained].map(([name, variable]) => [name, gradients[variable.name]]));
}
