// Trains a network with onnxruntime: one run of one model a step.
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Architecture } from '../architecture.ts';
import type { DenseArray } from '../arrays/dense-array.ts';
import type { LossInputs, LossName } from '../losses.ts';
import { LOSS_NAMES } from '../losses.ts';
import type { NamedParameters } from '../parameters.ts';
import type { Device } from '../session.ts';
import type {
  LossValues,
  TrainingBatch,
  TrainingEngine,
  TrainingSettings,
  TrainingState,
} from '../training-step.ts';
import { lossArrays } from '../training-step.ts';
import { createSession } from './device.ts';
import { flatten, statisticsLayout, trainedLayout, unflatten } from './flat-parameters.ts';
import type { TrainingModelPlan } from './training-model.ts';
import { buildTrainingModel, SETTING_NAMES } from './training-model.ts';

export interface TrainingStart {
  readonly architecture: Architecture;
  readonly parameters: NamedParameters;
  /** Absent at the very start: zeros. */
  readonly velocities?: NamedParameters;
  /** The same. */
  readonly squares?: NamedParameters;
}

/** What a step changes, each flat. It is written to a spare, and the two are then exchanged. */
type State = Readonly<Record<'weights' | 'velocities' | 'squares' | 'statistics', Tensor>>;

/** Sessions of other batch shapes are released, oldest first: each holds its own memory. */
const LARGEST_SESSION_COUNT = 3;

const tensorOf = ({ values, shape }: DenseArray<Float32Array>): Tensor =>
  new Tensor('float32', values, shape);

const flatTensor = (values: Float32Array): Tensor => tensorOf({ values, shape: [values.length] });

/** The losses' inputs under the names that the training model has for them. */
function namedInputs(inputs: LossInputs<DenseArray<Float32Array>>): Record<string, Tensor> {
  const named: Record<string, Tensor> = {
    cine: tensorOf(inputs.cine),
    frameSelection: tensorOf(inputs.frameSelection),
    deepSupervision: tensorOf(inputs.deepSupervision),
  };
  for (const task of ['anatomy', 'pathology'] as const) {
    const { targets, merge, sampleWeight, diceWeight } = inputs[task];
    targets.forEach((target, k) => {
      named[`${task}.targets.${k}`] = tensorOf(target);
    });
    named[`${task}.merge`] = tensorOf(merge);
    named[`${task}.sampleWeight`] = tensorOf(sampleWeight);
    named[`${task}.diceWeight`] = tensorOf(diceWeight);
  }
  const { trueMotion } = inputs;
  if (trueMotion !== undefined)
    for (const name of ['displacement', 'weight', 'pixels'] as const)
      named[`trueMotion.${name}`] = tensorOf(trueMotion[name]);
  return named;
}

function batchFeeds(batch: TrainingBatch, settings: TrainingSettings): Record<string, Tensor> {
  const weights = Float32Array.from(LOSS_NAMES, (name) => settings.lossWeights[name]);
  return {
    ...namedInputs(lossArrays(batch, settings)),
    lossWeights: flatTensor(weights),
  };
}

function settingFeeds(settings: TrainingSettings): Record<string, Tensor> {
  return Object.fromEntries(
    SETTING_NAMES.map((name) => [name, flatTensor(Float32Array.of(settings[name]))]),
  );
}

function lossValues(losses: Tensor): LossValues {
  const values = losses.data as Float32Array;
  const terms = LOSS_NAMES.map((name, i) => [name, values[i]] as const);
  return Object.fromEntries([...terms, ['total', values[LOSS_NAMES.length]]]) as Record<
    LossName | 'total',
    number
  >;
}

/** Opens the models of the batch shapes that come, and keeps the last few. */
function trainingSessions(architecture: Architecture, device: Device) {
  const sessions = new Map<string, Promise<InferenceSession>>();
  return {
    async open(plan: Omit<TrainingModelPlan, 'architecture'>): Promise<InferenceSession> {
      const key = JSON.stringify(plan);
      const known = sessions.get(key);
      if (known !== undefined) return known;
      const [oldest] = sessions;
      if (sessions.size >= LARGEST_SESSION_COUNT) {
        sessions.delete(oldest[0]);
        await (await oldest[1]).release();
      }
      const opened = createSession(buildTrainingModel({ architecture, ...plan }), device);
      sessions.set(key, opened);
      return opened;
    },
    async release(): Promise<void> {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

function planOf(
  { shape, sampledFrames, laterLabels, trueMotion }: TrainingBatch,
  { batchNorm, trainedPart, optimiser }: TrainingSettings,
  purpose: TrainingModelPlan['purpose'],
): Omit<TrainingModelPlan, 'architecture'> {
  return {
    shape,
    sampled: sampledFrames[0].length,
    batchNorm,
    trainedPart,
    labelledFrames: laterLabels === undefined ? 1 : shape[1],
    hasTrueMotion: trueMotion !== undefined,
    optimiser,
    purpose,
  };
}

function spareOf(state: State): State {
  const spare = (name: keyof State): Tensor => flatTensor(new Float32Array(state[name].size));
  return {
    weights: spare('weights'),
    velocities: spare('velocities'),
    squares: spare('squares'),
    statistics: spare('statistics'),
  };
}

/** Only Adam's model has an input for the squares. */
const stateFeeds = ({ squares, ...others }: State, isAdam: boolean): Record<string, Tensor> =>
  isAdam ? { squares, ...others } : others;

const exchangeSquares = (a: State, b: State): [State, State] => [
  { ...a, squares: b.squares },
  { ...b, squares: a.squares },
];

/**
 * Starts training with onnxruntime.
 *
 * @throws {RangeError} when a parameter is missing or has another size than the architecture says
 */
export function createOnnxTrainingEngine(
  { architecture, parameters, velocities, squares }: TrainingStart,
  device: Device = 'cpu',
): TrainingEngine {
  const [trained, running] = [trainedLayout(architecture), statisticsLayout(architecture)];
  const sessions = trainingSessions(architecture, device);
  const still = new Float32Array(trained.length);
  let state: State = {
    weights: flatTensor(flatten(trained, parameters)),
    velocities: flatTensor(velocities === undefined ? still : flatten(trained, velocities)),
    squares: flatTensor(squares === undefined ? still.slice() : flatten(trained, squares)),
    statistics: flatTensor(flatten(running, parameters)),
  };
  let spare = spareOf(state);
  return {
    description: `onnxruntime on ${device}`,
    async step(batch, settings) {
      const isAdam = settings.optimiser === 'adam';
      const feeds = {
        ...batchFeeds(batch, settings),
        ...settingFeeds(settings),
        ...stateFeeds(state, isAdam),
      };
      const session = await sessions.open(planOf(batch, settings, 'step'));
      const results = await session.run(feeds, {
        losses: null,
        gradientNorm: null,
        nextWeights: spare.weights,
        nextVelocities: spare.velocities,
        nextStatistics: spare.statistics,
        ...(isAdam && { nextSquares: spare.squares }),
      });
      [state, spare] = [spare, state];
      // Those that the step did not write go on as they are.
      if (!isAdam) [state, spare] = exchangeSquares(state, spare);
      const [gradientNorm] = results.gradientNorm.data as Float32Array;
      return { losses: lossValues(results.losses), gradientNorm };
    },
    async differentiate(batch, settings) {
      const { weights, statistics } = state;
      const session = await sessions.open(planOf(batch, settings, 'gradients'));
      const results = await session.run({ ...batchFeeds(batch, settings), weights, statistics });
      const layout = trainedLayout(architecture, settings.trainedPart);
      const gradients = unflatten(layout, results.gradients.data as Float32Array);
      return { losses: lossValues(results.losses), gradients };
    },
    state(): TrainingState {
      const floats = (tensor: Tensor): Float32Array => tensor.data as Float32Array;
      const both = [
        ...unflatten(trained, floats(state.weights)),
        ...unflatten(running, floats(state.statistics)),
      ];
      return {
        parameters: new Map(both),
        velocities: unflatten(trained, floats(state.velocities)),
        squares: unflatten(trained, floats(state.squares)),
      };
    },
    release: () => sessions.release(),
  };
}
