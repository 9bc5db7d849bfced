// Arithmetic between float arrays of different shape, for the pure JavaScript backend.
import * as tf from '@tensorflow/tfjs-core';
import type { KernelArgs } from './cpu-kernels.ts';
import { rowOffsets } from './row-offsets.ts';

type Binary = KernelArgs<{ readonly a: tf.TensorInfo; readonly b: tf.TensorInfo }, unknown>;

/** The kernel of an operation between broadcast arrays. */
export function broadcast(
  combine: (a: number, b: number) => number,
): (args: Binary) => tf.TensorInfo {
  return ({ inputs, backend }) => {
    const shape = tf.backend_util.assertAndGetBroadcastShape(inputs.a.shape, inputs.b.shape);
    const a = backend.data.get(inputs.a.dataId).values;
    const b = backend.data.get(inputs.b.dataId).values;
    const values = new Float32Array(tf.util.sizeFromShape(shape));
    const strides = [stridesWithin(inputs.a.shape, shape), stridesWithin(inputs.b.shape, shape)];
    const width = shape.at(-1) ?? 1;
    const [stepA, stepB] = strides.map((stride) => stride.at(-1) ?? 0);
    const rowsOf = strides.map((stride) => rowOffsets(shape, stride));
    for (let row = 0, to = 0; to < values.length; row++) {
      let [fromA, fromB] = [rowsOf[0][row], rowsOf[1][row]];
      for (const end = to + width; to < end; to++, fromA += stepA, fromB += stepB) {
        values[to] = combine(a[fromA], b[fromB]);
      }
    }
    return backend.makeTensorInfo(shape, 'float32', values);
  };
}

/** Steps of an array along the axes of the result; 0 where it is repeated. */
function stridesWithin(own: readonly number[], shape: readonly number[]): number[] {
  const strides = shape.map(() => 0);
  let step = 1;
  for (let axis = own.length - 1; axis >= 0; axis--) {
    if (own[axis] > 1) strides[shape.length - own.length + axis] = step;
    step *= own[axis];
  }
  return strides;
}
