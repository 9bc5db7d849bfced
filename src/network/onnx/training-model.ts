// A whole training step, or losses and gradients alone, as one ONNX model for batches of one shape.
import type { Architecture } from '../architecture.ts';
import { ANATOMY_CHANNELS, PATHOLOGY_CHANNELS, RESOLUTIONS } from '../architecture.ts';
import type { LossInputs, LossTerms, Supervision, TrueMotion } from '../losses.ts';
import { LOSS_NAMES, totalLoss } from '../losses.ts';
import type { Moments } from '../ops.ts';
import { adapt, clipFactor, descend, follow, gradientNorm } from '../optimiser.ts';
import { sizeOf } from '../parameters.ts';
import type { Optimiser, TrainedPart } from '../training-step.ts';
import { trainingTerms } from '../training-terms.ts';
import { differentiate } from './differentiate.ts';
import { concat, int64s, multiply, reshape } from './emit.ts';
import type { FlatLayout } from './flat-parameters.ts';
import { foldWhileTraining } from './fold-batch-norm.ts';
import { partRange, statisticsLayout, trainedLayout } from './flat-parameters.ts';
import type { GraphTensor } from './graph.ts';
import { Graph } from './graph.ts';
import { graphOps } from './graph-ops.ts';
import { encodeOnnx } from './onnx-format.ts';

/** Everything that a training model is built for. */
export interface TrainingModelPlan {
  readonly architecture: Architecture;
  readonly shape: readonly [n: number, t: number, h: number, w: number];
  /** Frames that the motion and consistency terms look at. */
  readonly sampled: number;
  readonly batchNorm: 'batch' | 'running';
  readonly trainedPart: TrainedPart;
  /** Frames of each sample that train anatomy by labels of their own. */
  readonly labelledFrames: number;
  readonly hasTrueMotion: boolean;
  readonly optimiser: Optimiser;
  /** `step` updates the parameters, `gradients` gives their gradients. */
  readonly purpose: 'step' | 'gradients';
}

/** Inputs of one number each. */
export const SETTING_NAMES = [
  'learningRate',
  'momentum',
  'weightDecay',
  'gradientNormLimit',
  'statisticsRate',
] as const;

function supervisionInputs(
  graph: Graph,
  task: 'anatomy' | 'pathology',
  [n, , h, w]: TrainingModelPlan['shape'],
): Supervision<GraphTensor> {
  const classes = task === 'anatomy' ? ANATOMY_CHANNELS : PATHOLOGY_CHANNELS;
  const resolutions = task === 'anatomy' ? 1 : RESOLUTIONS;
  return {
    targets: Array.from({ length: resolutions }, (_, k) =>
      graph.input(`${task}.targets.${k}`, [n, classes, h / 2 ** k, w / 2 ** k]),
    ),
    merge: graph.input(`${task}.merge`, [n, classes, classes]),
    sampleWeight: graph.input(`${task}.sampleWeight`, [n, 1]),
    diceWeight: graph.input(`${task}.diceWeight`, [n, classes]),
  };
}

function lossInputs(graph: Graph, plan: TrainingModelPlan): LossInputs<GraphTensor> {
  const { shape, sampled, labelledFrames, hasTrueMotion } = plan;
  const [n, t, h, w] = shape;
  const labelled = [n * labelledFrames, t, h, w] as const;
  const motion = (): TrueMotion<GraphTensor> => ({
    displacement: graph.input('trueMotion.displacement', [n * t, 2, h, w]),
    weight: graph.input('trueMotion.weight', [n * t, 1, h, w]),
    pixels: graph.input('trueMotion.pixels', [1, 2, 1, 1]),
  });
  return {
    cine: graph.input('cine', shape),
    frameSelection: graph.input('frameSelection', [n, sampled, t]),
    anatomy: supervisionInputs(graph, 'anatomy', labelled),
    labelledFrames,
    pathology: supervisionInputs(graph, 'pathology', shape),
    deepSupervision: graph.input('deepSupervision', [RESOLUTIONS]),
    ...(hasTrueMotion ? { trueMotion: motion() } : {}),
  };
}

/** Cuts a flat value into the parameters that it holds. */
function cut(
  graph: Graph,
  flat: GraphTensor,
  { specs }: FlatLayout,
  isTracked: boolean,
): Map<string, GraphTensor> {
  const sizes = specs.map(({ shape }) => sizeOf(shape));
  const parts = graph.emitMany('Split', [flat, int64s(graph, sizes)], {
    shapes: sizes.map((size) => [size]),
    attributes: { axis: { i: 0 } },
  });
  return new Map(
    specs.map(({ name, shape }, i) => [name, { ...reshape(graph, parts[i], shape), isTracked }]),
  );
}

interface LossGraph {
  readonly terms: LossTerms<GraphTensor>;
  readonly total: GraphTensor;
  /** Flat, `[P]`, of the part that is trained. */
  readonly gradients: GraphTensor;
  /** The statistics of this batch; undefined where BatchNorm only uses the running ones. */
  readonly batchMoments: ReadonlyMap<string, Moments<GraphTensor>> | undefined;
  readonly weights: GraphTensor;
  /** Running, by name. */
  readonly statistics: ReadonlyMap<string, GraphTensor>;
}

/** Forward, losses and backward. */
function lossGraph(graph: Graph, plan: TrainingModelPlan): LossGraph {
  const trained = trainedLayout(plan.architecture);
  const running = statisticsLayout(plan.architecture);
  const weights = graph.input('weights', [trained.length]);
  const statistics = graph.input('statistics', [running.length]);
  const trainedTensors = cut(graph, weights, trained, true);
  const runningTensors = cut(graph, statistics, running, false);
  const parameters = new Map([...trainedTensors, ...runningTensors]);
  const batchMoments =
    plan.batchNorm === 'batch' ? new Map<string, Moments<GraphTensor>>() : undefined;
  const ops = graphOps(graph);
  const inputs = lossInputs(graph, plan);
  const parameter = (name: string): GraphTensor => {
    const tensor = parameters.get(name);
    if (tensor === undefined) throw new RangeError(`no parameter ${name}`);
    return tensor;
  };
  const parts =
    plan.batchNorm === 'batch'
      ? { ops, architecture: plan.architecture, parameter, batchMoments }
      : {
          ops: { ...ops, batchNorm: (x: GraphTensor) => x },
          architecture: plan.architecture,
          parameter: foldWhileTraining(ops, parameter, new Set(parameters.keys())),
        };
  const terms = trainingTerms(parts, inputs, plan.trainedPart);
  const total = totalLoss(ops, terms, graph.input('lossWeights', [LOSS_NAMES.length]));
  const { specs } = trainedLayout(plan.architecture, plan.trainedPart);
  const moving = specs.map(({ name }) => parameter(name));
  const gradients = differentiate(graph, total, moving).map((gradient, i) => {
    if (gradient === undefined)
      throw new RangeError(`the loss does not depend on ${specs[i].name}`);
    return reshape(graph, gradient, [-1]);
  });
  return {
    terms,
    total,
    gradients: concat(graph, gradients, 0),
    batchMoments,
    weights,
    statistics: runningTensors,
  };
}

/** Running statistics in the order of their layout, each moved towards that of the batch, if it has one. */
function nextStatistics(
  graph: Graph,
  { batchMoments, statistics }: LossGraph,
  rate: GraphTensor,
): GraphTensor {
  const ops = graphOps(graph);
  const next = [...statistics].map(([name, running]) => {
    const moments = batchMoments?.get(name.slice(0, name.lastIndexOf('.')));
    if (moments === undefined) return running;
    const batch = name.endsWith('.mean') ? moments.mean : moments.variance;
    return follow(ops, running, batch, rate);
  });
  return concat(graph, next, 0);
}

/** The flat value with a range replaced. */
function withRange(
  graph: Graph,
  flat: GraphTensor,
  { range: [start, end], values }: { range: readonly [number, number]; values: GraphTensor },
): GraphTensor {
  const ops = graphOps(graph);
  const length = flat.shape[0] as number;
  const pieces = [
    ...(start > 0 ? [ops.slice(flat, 0, [0, start])] : []),
    values,
    ...(end < length ? [ops.slice(flat, 0, [end, length])] : []),
  ];
  return pieces.length === 1 ? values : concat(graph, pieces, 0);
}

function addUpdate(graph: Graph, plan: TrainingModelPlan, loss: LossGraph): void {
  const ops = graphOps(graph);
  const settings = SETTING_NAMES.map((name) => graph.input(name, [1]));
  const [learningRate, momentum, weightDecay, limit, rate] = settings;
  const { weights } = loss;
  const velocities = graph.input('velocities', weights.shape as number[]);
  const norm = gradientNorm(ops, [loss.gradients]);
  const range = partRange(plan.architecture, plan.trainedPart);
  const descent = {
    parameter: ops.slice(weights, 0, range),
    gradient: multiply(graph, loss.gradients, clipFactor(ops, norm, limit)),
    velocity: ops.slice(velocities, 0, range),
  };
  const optimiser = { learningRate, momentum, weightDecay };
  const replaced = (whole: GraphTensor, values: GraphTensor): GraphTensor =>
    withRange(graph, whole, { range, values });
  const { length } = statisticsLayout(plan.architecture);
  const flat = weights.shape as number[];
  const adam = (): ReturnType<typeof descend<GraphTensor>> => {
    const squares = graph.input('squares', flat);
    const adapted = adapt(ops, { ...descent, squares: ops.slice(squares, 0, range) }, optimiser);
    graph.output('nextSquares', replaced(squares, adapted.squares), flat);
    return adapted;
  };
  const next = plan.optimiser === 'adam' ? adam() : descend(ops, descent, optimiser);
  graph.output('nextWeights', replaced(weights, next.parameter), flat);
  graph.output('nextVelocities', replaced(velocities, next.velocity), flat);
  graph.output('nextStatistics', nextStatistics(graph, loss, rate), [length]);
  graph.output('gradientNorm', norm, [1]);
}

/**
 * Builds the model.
 *
 * Outputs: `losses [7]` (the terms in the order of `LOSS_NAMES`, then the total) and, for a step,
 * `nextWeights`, `nextVelocities`, `nextSquares` (of Adam), `nextStatistics`, `gradientNorm`, else `gradients`.
 *
 * @returns the bytes of an .onnx file
 */
export function buildTrainingModel(plan: TrainingModelPlan): Uint8Array {
  const graph = new Graph();
  const loss = lossGraph(graph, plan);
  const values = [...LOSS_NAMES.map((name) => loss.terms[name]), loss.total];
  graph.output('losses', concat(graph, values, 0), [values.length]);
  if (plan.purpose === 'step') addUpdate(graph, plan, loss);
  else graph.output('gradients', loss.gradients, loss.gradients.shape as number[]);
  return encodeOnnx(graph.finish());
}
