// Training by TensorFlow.js: network, losses and optimiser are the shared ones, the gradients its own.
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architecture.ts';
import { LOSS_NAMES } from '../losses.ts';
import { adapt, clipFactor, descend, follow, gradientNorm } from '../optimiser.ts';
import type { NamedParameters } from '../parameters.ts';
import type {
  LossAndGradients,
  LossValues,
  StepReport,
  TrainingBatch,
  TrainingEngine,
  TrainingSettings,
  TrainingState,
} from '../training-step.ts';
import { type Differentiated, differentiate, type TensorflowNetwork } from './differentiate.ts';
import { loadTensorflow, type TensorflowChoice } from './load-tensorflow.ts';
import {
  arraysOf,
  disposeAll,
  type NamedVariables,
  networkVariables,
  variableOf,
  momentVariables,
} from './network-variables.ts';
import { layoutOf, tensorflowOps } from './tensorflow-ops.ts';

/** What training starts from: `velocities` and `squares` are zero when absent. */
export interface TrainingStart {
  readonly architecture: Architecture;
  readonly parameters: NamedParameters;
  readonly velocities?: NamedParameters;
  readonly squares?: NamedParameters;
}

/**
 * Opens a network for training on TensorFlow.js.
 *
 * @throws {NodeError} `engine-unavailable` when the backend does not load
 */
export async function openTensorflowTraining(
  { architecture, parameters, velocities, squares }: TrainingStart,
  choice: TensorflowChoice = 'auto',
): Promise<TrainingEngine> {
  const { backend, reason } = await loadTensorflow(choice);
  const network: TensorflowNetwork = {
    ops: tensorflowOps(layoutOf(backend)),
    architecture,
    variables: networkVariables(architecture, parameters),
  };
  return new TensorflowTraining(network, {
    velocities: momentVariables(network.variables, velocities),
    squares: momentVariables(network.variables, squares),
    description: reason,
  });
}

class TensorflowTraining implements TrainingEngine {
  readonly description: string;
  private readonly network: TensorflowNetwork;
  private readonly velocities: NamedVariables;
  private readonly squares: NamedVariables;

  constructor(
    network: TensorflowNetwork,
    options: {
      readonly velocities: NamedVariables;
      readonly squares: NamedVariables;
      readonly description: string;
    },
  ) {
    this.network = network;
    this.velocities = options.velocities;
    this.squares = options.squares;
    this.description = options.description;
  }

  async step(batch: TrainingBatch, settings: TrainingSettings): Promise<StepReport> {
    const [losses, norm] = tf.tidy(() => {
      const differentiated = differentiate(this.network, batch, settings);
      this.followBatch(differentiated, settings);
      disposeMoments(differentiated);
      return [differentiated.losses, this.descend(differentiated, settings)];
    });
    const [gradientNormValue] = await norm.data();
    norm.dispose();
    return { losses: await lossValues(losses), gradientNorm: gradientNormValue };
  }

  async differentiate(batch: TrainingBatch, settings: TrainingSettings): Promise<LossAndGradients> {
    const differentiated = differentiate(this.network, batch, settings);
    const gradients = arraysOf(differentiated.gradients);
    disposeAll(differentiated.gradients);
    disposeMoments(differentiated);
    return { losses: await lossValues(differentiated.losses), gradients };
  }

  state(): TrainingState {
    return {
      parameters: arraysOf(this.network.variables),
      velocities: arraysOf(this.velocities),
      squares: arraysOf(this.squares),
    };
  }

  release(): Promise<void> {
    disposeAll(this.network.variables);
    disposeAll(this.velocities);
    disposeAll(this.squares);
    return Promise.resolve();
  }

  /** @returns norm of all gradients before clipping, `[1]` */
  private descend({ gradients }: Differentiated, settings: TrainingSettings): tf.Tensor {
    const { ops, variables } = this.network;
    const norm = gradientNorm(ops, [...gradients.values()]);
    const factor = clipFactor(ops, norm, tf.tensor1d([settings.gradientNormLimit]));
    const optimiser = {
      learningRate: tf.tensor1d([settings.learningRate]),
      momentum: tf.tensor1d([settings.momentum]),
      weightDecay: tf.tensor1d([settings.weightDecay]),
    };
    for (const [name, gradient] of gradients) {
      const parameter = variableOf(variables, name);
      const velocity = variableOf(this.velocities, name);
      const descent = { parameter, velocity, gradient: ops.multiply(gradient, factor) };
      const adam = (): ReturnType<typeof descend<tf.Tensor>> => {
        const squares = variableOf(this.squares, name);
        const adapted = adapt(ops, { ...descent, squares }, optimiser);
        squares.assign(adapted.squares);
        return adapted;
      };
      const next = settings.optimiser === 'adam' ? adam() : descend(ops, descent, optimiser);
      parameter.assign(next.parameter);
      velocity.assign(next.velocity);
    }
    return norm;
  }

  /** Moves the running statistics of BatchNorm towards those of the batch. */
  private followBatch({ batchMoments }: Differentiated, settings: TrainingSettings): void {
    const { ops, variables } = this.network;
    const rate = tf.tensor1d([settings.statisticsRate]);
    for (const [name, moments] of batchMoments) {
      for (const field of ['mean', 'variance'] as const) {
        const running = variableOf(variables, `${name}.${field}`);
        running.assign(follow(ops, running, moments[field], rate));
      }
    }
  }
}

function disposeMoments({ batchMoments }: Differentiated): void {
  for (const { mean, variance } of batchMoments.values()) tf.dispose([mean, variance]);
}

async function lossValues(losses: tf.Tensor): Promise<LossValues> {
  const values = await losses.data<'float32'>();
  losses.dispose();
  const names = [...LOSS_NAMES, 'total'] as const;
  return Object.fromEntries(names.map((name, i) => [name, values[i]])) as LossValues;
}
