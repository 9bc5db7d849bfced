// Cutting float arrays, for the pure JavaScript backend: row by row.
import * as tf from '@tensorflow/tfjs-core';
import type { KernelArgs } from './cpu-kernels.ts';
import { rowOffsets } from './row-offsets.ts';

type Slice = KernelArgs<
  { readonly x: tf.TensorInfo },
  { readonly begin: number | number[]; readonly size: number | number[] }
>;

type Split = KernelArgs<
  { readonly x: tf.TensorInfo },
  { readonly numOrSizeSplits: number | number[]; readonly axis: number }
>;

export function slice({ inputs: { x }, attrs, backend }: Slice): tf.TensorInfo {
  const { parseSliceParams } = tf.slice_util;
  const [begin, size] = parseSliceParams(x, attrs.begin, attrs.size);
  const values = backend.data.get(x.dataId).values;
  return backend.makeTensorInfo(size, 'float32', cut(values, x.shape, [begin, size]));
}

/** Pieces along one axis; the gradient of a concatenation. */
export function split({ inputs: { x }, attrs, backend }: Split): tf.TensorInfo[] {
  const [axis] = tf.util.parseAxisParam(attrs.axis, x.shape);
  const values = backend.data.get(x.dataId).values;
  let start = 0;
  return pieceSizes(attrs.numOrSizeSplits, x.shape[axis]).map((length) => {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    const size = x.shape.map((whole, i) => (i === axis ? length : whole));
    start += length;
    return backend.makeTensorInfo(size, 'float32', cut(values, x.shape, [begin, size]));
  });
}

function pieceSizes(pieces: number | readonly number[], whole: number): readonly number[] {
  if (typeof pieces !== 'number') return pieces;
  return Array.from({ length: pieces }, () => whole / pieces);
}

function cut(
  values: Float32Array,
  shape: readonly number[],
  [begin, size]: readonly [readonly number[], readonly number[]],
): Float32Array {
  const strides = tf.util.computeStrides([...shape, 1]);
  const first = begin.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  const result = new Float32Array(size.reduce((product, length) => product * length, 1));
  const width = size.at(-1) ?? 1;
  if (result.length === 0) return result;
  rowOffsets(size, strides).forEach((offset, row) => {
    const from = first + offset;
    result.set(values.subarray(from, from + width), row * width);
  });
  return result;
}
