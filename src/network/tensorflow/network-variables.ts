// The weights of a network as TensorFlow.js variables.
import * as tf from '@tensorflow/tfjs-core';
import type { DenseArray } from '../arrays/dense-array.ts';
import type { Architecture } from '../architecture.ts';
import { type NamedParameters, type ParameterArray, parameterSpecs } from '../parameters.ts';

export type NamedTensors = ReadonlyMap<string, tf.Tensor>;

export type NamedVariables = ReadonlyMap<string, tf.Variable>;

export function tensorOf({ shape, values }: DenseArray<Float32Array>): tf.Tensor {
  return tf.tensor(values, [...shape], 'float32');
}

/** Every parameter of the network; running statistics are not trainable. */
export function networkVariables(
  architecture: Architecture,
  parameters: NamedParameters,
): NamedVariables {
  return new Map(
    parameterSpecs(architecture).map(({ name, shape, isTrained }) => {
      const given = requireParameter(parameters, name);
      if (given.shape.join() !== shape.join()) {
        throw new RangeError(
          `Parameter ${name}: expected shape [${shape.join(', ')}], got [${given.shape.join(', ')}].`,
        );
      }
      return [name, tf.tidy(() => tf.variable(tensorOf(given), isTrained))];
    }),
  );
}

/** Momentum of every trained variable. */
export function momentVariables(
  variables: NamedVariables,
  velocities: NamedParameters = new Map(),
): NamedVariables {
  const trained = [...variables].filter(([, variable]) => variable.trainable);
  return new Map(
    trained.map(([name, { shape }]) => {
      const given = velocities.get(name);
      const start = (): tf.Tensor => (given === undefined ? tf.zeros(shape) : tensorOf(given));
      return [name, tf.tidy(() => tf.variable(start(), false))];
    }),
  );
}

function requireParameter(parameters: NamedParameters, name: string): ParameterArray {
  const found = parameters.get(name);
  if (found === undefined) throw new RangeError(`Parameter ${name} is missing.`);
  return found;
}

/** A copy of the values. */
export function arraysOf(tensors: NamedTensors): NamedParameters {
  const arrays = new Map<string, ParameterArray>();
  for (const [name, tensor] of tensors) {
    // The JavaScript backend hands out its own memory.
    const values = Float32Array.from(tensor.dataSync<'float32'>());
    arrays.set(name, { shape: tensor.shape, values });
  }
  return arrays;
}

export function disposeAll(tensors: NamedTensors): void {
  for (const tensor of tensors.values()) tensor.dispose();
}

/** @throws {RangeError} when there is no parameter of this name */
export function variableOf(variables: NamedVariables, name: string): tf.Variable {
  const variable = variables.get(name);
  if (variable === undefined) throw new RangeError(`The network has no parameter ${name}.`);
  return variable;
}
