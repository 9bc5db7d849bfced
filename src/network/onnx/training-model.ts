// A whole training step, or losses and gradients alone, as one ONNX model for batches of one shape.
import type { Architecture } from '../architecture.ts';
import { ANATOMY_CHANNELS, PATHOLOGY_CHANNELS, RESOLUTIONS } from '../architecture.ts';
import { cinemyops } from '../cinemyops.ts';
import type { LossInputs, LossTerms, Supervision } from '../losses.ts';
import { LOSS_NAMES, lossTerms, totalLoss } from '../losses.ts';
import type { Moments } from '../ops.ts';
import { clipFactor, descend, follow, gradientNorm } from '../optimiser.ts';
import { sizeOf } from '../parameters.ts';
import { differentiate } from './differentiate.ts';
import { concat, int64s, multiply, reshape } from './emit.ts';
import type { FlatLayout } from './flat-parameters.ts';
import { statisticsLayout, trainedLayout } from './flat-parameters.ts';
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

function lossInputs(graph: Graph, { shape, sampled }: TrainingModelPlan): LossInputs<GraphTensor> {
  const [n, t] = shape;
  return {
    cine: graph.input('cine', shape),
    frameSelection: graph.input('frameSelection', [n, sampled, t]),
    anatomy: supervisionInputs(graph, 'anatomy', shape),
    pathology: supervisionInputs(graph, 'pathology', shape),
    deepSupervision: graph.input('deepSupervision', [RESOLUTIONS]),
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
  /** Flat, `[P]`. */
  readonly gradients: GraphTensor;
  /** The running statistics after this batch, flat; undefined where BatchNorm only uses them. */
  readonly batchMoments: ReadonlyMap<string, Moments<GraphTensor>> | undefined;
  readonly weights: GraphTensor;
  readonly statistics: GraphTensor;
}

/** Forward, losses and backward. */
function lossGraph(graph: Graph, plan: TrainingModelPlan): LossGraph {
  const trained = trainedLayout(plan.architecture);
  const running = statisticsLayout(plan.architecture);
  const weights = graph.input('weights', [trained.length]);
  const statistics = graph.input('statistics', [running.length]);
  const trainedTensors = cut(graph, weights, trained, true);
  const parameters = new Map([...trainedTensors, ...cut(graph, statistics, running, false)]);
  const batchMoments =
    plan.batchNorm === 'batch' ? new Map<string, Moments<GraphTensor>>() : undefined;
  const ops = graphOps(graph);
  const inputs = lossInputs(graph, plan);
  const parameter = (name: string): GraphTensor => {
    const tensor = parameters.get(name);
    if (tensor === undefined) throw new RangeError(`no parameter ${name}`);
    return tensor;
  };
  const parts = { ops, architecture: plan.architecture, parameter, batchMoments };
  const terms = lossTerms(ops, cinemyops(parts, inputs.cine), inputs);
  const total = totalLoss(ops, terms, graph.input('lossWeights', [LOSS_NAMES.length]));
  const gradients = differentiate(graph, total, [...trainedTensors.values()]).map((gradient, i) => {
    if (gradient === undefined)
      throw new RangeError(`the loss does not depend on ${trained.specs[i].name}`);
    return reshape(graph, gradient, [-1]);
  });
  return {
    terms,
    total,
    gradients: concat(graph, gradients, 0),
    batchMoments,
    weights,
    statistics,
  };
}

/** Running statistics in the order of their layout, each moved towards that of the batch. */
function nextStatistics(
  graph: Graph,
  { batchMoments, statistics }: LossGraph,
  { layout, rate }: { readonly layout: FlatLayout; readonly rate: GraphTensor },
): GraphTensor {
  if (batchMoments === undefined) return statistics;
  const batch = layout.specs.map(({ name }) => {
    const dot = name.lastIndexOf('.');
    const moments = batchMoments.get(name.slice(0, dot));
    if (moments === undefined) throw new RangeError(`no statistics of this batch for ${name}`);
    return name.endsWith('.mean') ? moments.mean : moments.variance;
  });
  return follow(graphOps(graph), statistics, concat(graph, batch, 0), rate);
}

function addUpdate(graph: Graph, plan: TrainingModelPlan, loss: LossGraph): void {
  const ops = graphOps(graph);
  const layout = statisticsLayout(plan.architecture);
  const settings = SETTING_NAMES.map((name) => graph.input(name, [1]));
  const [learningRate, momentum, weightDecay, limit, rate] = settings;
  const velocity = graph.input('velocities', loss.weights.shape as number[]);
  const norm = gradientNorm(ops, [loss.gradients]);
  const gradient = multiply(graph, loss.gradients, clipFactor(ops, norm, limit));
  const next = descend(
    ops,
    { parameter: loss.weights, gradient, velocity },
    { learningRate, momentum, weightDecay },
  );
  const statistics = nextStatistics(graph, loss, { layout, rate });
  graph.output('nextWeights', next.parameter, next.parameter.shape as number[]);
  graph.output('nextVelocities', next.velocity, next.velocity.shape as number[]);
  graph.output('nextStatistics', statistics, [layout.length]);
  graph.output('gradientNorm', norm, [1]);
}

/**
 * Builds the model.
 *
 * Outputs: `losses [6]` (the terms in the order of `LOSS_NAMES`, then the total) and, for a step,
 * `nextWeights`, `nextVelocities`, `nextStatistics`, `gradientNorm`, else `gradients`.
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
