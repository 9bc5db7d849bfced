// The operations of the network as TensorFlow.js runs them: eagerly, each with its own gradient.
import * as tf from '@tensorflow/tfjs-core';
import {
  type AffineWeights,
  type BatchNormResult,
  type ConvOptions,
  type Dim,
  LEAKY_SLOPE,
  type Moments,
  NORM_EPSILON,
  type Ops,
} from '../ops.ts';
import type { TensorflowBackend } from './load-tensorflow.ts';
import { warp } from './warp.ts';

type Tensor = tf.Tensor;

/** How convolutions see an image. */
export type Layout = 'NHWC' | 'NCHW';

/** Native TensorFlow convolves NHWC only (on a CPU); the JavaScript backend takes both. */
export function layoutOf(backend: TensorflowBackend): Layout {
  return backend === 'javascript' ? 'NCHW' : 'NHWC';
}

/** @param layout - that convolutions run in; tensors are `[B, C, H, W]` outside of them */
export function tensorflowOps(layout: Layout): Ops<Tensor> {
  return {
    ...arithmetic,
    ...structure,
    conv2d: (x, weight, options) => conv2d(layout, [x, weight], options),
    convTranspose2x2,
    batchNorm: (x, affine, running) => normalise(x, channelMoments(running), channelAffine(affine)),
    batchNormTraining,
    instanceNorm: (x, affine) => normalise(x, momentsOver(x, [2, 3]), channelAffine(affine)),
    maxPool2,
    upsampleNearest2,
    warp,
  };
}

const arithmetic = {
  relu: (x: Tensor) => tf.relu(x),
  leakyRelu: (x: Tensor) => tf.leakyRelu(x, LEAKY_SLOPE),
  tanh: (x: Tensor) => tf.tanh(x),
  softmax: softmaxOverChannels,
  log: (x: Tensor) => tf.log(x),
  sqrt: (x: Tensor) => tf.sqrt(x),
  // In this order the gradient goes to x only where x > minimum.
  clampMin: (x: Tensor, minimum: number) => tf.maximum(tf.scalar(minimum), x),
  add: (a: Tensor, b: Tensor) => tf.add(a, b),
  subtract: (a: Tensor, b: Tensor) => tf.sub(a, b),
  multiply: (a: Tensor, b: Tensor) => tf.mul(a, b),
  divide: (a: Tensor, b: Tensor) => tf.div(a, b),
  matMul: (a: Tensor, b: Tensor) => tf.matMul(a, b),
  sum: (x: Tensor, axes: readonly number[]) => tf.sum(x, [...axes], true),
  mean: (x: Tensor, axes: readonly number[]) => tf.mean(x, [...axes], true),
};

const structure = {
  shapeOf: (x: Tensor): readonly Dim[] => x.shape,
  constant: (values: readonly number[], shape: readonly number[]) =>
    tf.tensor([...values], [...shape], 'float32'),
  reshape: (x: Tensor, shape: readonly Dim[]) => tf.reshape(x, sizes(shape)),
  // tf.broadcastTo differentiates up to rank 4 only; a product does at any rank.
  expand: (x: Tensor, shape: readonly Dim[]) => tf.mul(x, tf.ones(sizes(shape))),
  concat: (parts: readonly Tensor[], axis: number) => tf.concat([...parts], axis),
  slice,
};

/** Every size is known when an engine runs eagerly. */
function sizes(shape: readonly Dim[]): number[] {
  return shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new TypeError(`TensorFlow.js has no run-time dimension ${dim.runtimeDim}.`);
  });
}

function rank4(x: Tensor): [number, number, number, number] {
  const [a, b, c, d] = x.shape;
  if (x.rank === 4) return [a, b, c, d];
  throw new RangeError(`Expected a tensor of rank 4, got rank ${x.rank}.`);
}

function slice(
  x: Tensor,
  axis: number,
  [start, end = x.shape[axis]]: readonly [number, number?],
): Tensor {
  const stop = end < 0 ? x.shape[axis] + end : end;
  const begin = x.shape.map((_, i) => (i === axis ? start : 0));
  const size = x.shape.map((whole, i) => (i === axis ? stop - start : whole));
  return tf.slice(x, begin, size);
}

function conv2d(
  layout: Layout,
  [x, weight]: readonly [Tensor, Tensor],
  { bias, stride = 1 }: ConvOptions<Tensor> = {},
): Tensor {
  const [, , , kernel] = rank4(weight);
  const padding = (kernel - 1) / 2;
  const filter = tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D; // [K, K, I, O]
  // Padded first, because at stride 2 TensorFlow's 'same' pads on one side only.
  const sides: [number, number] = [padding, padding];
  const padded = padding === 0 ? x : tf.pad(x, [[0, 0], [0, 0], sides, sides]); // prettier-ignore
  const image = (layout === 'NCHW' ? padded : tf.transpose(padded, [0, 2, 3, 1])) as tf.Tensor4D;
  const convolved = tf.conv2d(image, filter, stride, 'valid', layout);
  const y = layout === 'NCHW' ? convolved : tf.transpose(convolved, [0, 3, 1, 2]);
  return bias === undefined ? y : tf.add(y, channelShape(bias));
}

/** Every pixel becomes a 2 x 2 block by one matrix product. */
function convTranspose2x2(x: Tensor, weight: Tensor): Tensor {
  const [b, i, h, w] = rank4(x);
  const [, o] = rank4(weight);
  const pixels = tf.reshape(tf.transpose(x, [0, 2, 3, 1]), [b * h * w, i]);
  const blocks = tf.matMul(pixels, tf.reshape(weight, [i, o * 4])); // [B H W, O 2 2]
  const placed = tf.transpose(tf.reshape(blocks, [b, h, w, o, 2, 2]), [0, 3, 1, 4, 2, 5]);
  return tf.reshape(placed, [b, o, 2 * h, 2 * w]);
}

/** `[C]` to `[1, C, 1, 1]`. */
function channelShape(x: Tensor): Tensor {
  return tf.reshape(x, [1, x.size, 1, 1]);
}

function channelAffine({ weight, bias }: AffineWeights<Tensor>): AffineWeights<Tensor> {
  return { weight: channelShape(weight), bias: channelShape(bias) };
}

function channelMoments({ mean, variance }: Moments<Tensor>): Moments<Tensor> {
  return { mean: channelShape(mean), variance: channelShape(variance) };
}

/** Biased, keeping the axes with size 1. */
function momentsOver(x: Tensor, axes: number[]): Moments<Tensor> {
  const mean = tf.mean(x, axes, true);
  return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), axes, true) };
}

function normalise(
  x: Tensor,
  { mean, variance }: Moments<Tensor>,
  { weight, bias }: AffineWeights<Tensor>,
): Tensor {
  const factor = tf.mul(tf.rsqrt(tf.add(variance, NORM_EPSILON)), weight);
  return tf.add(tf.mul(tf.sub(x, mean), factor), bias);
}

function batchNormTraining(x: Tensor, affine: AffineWeights<Tensor>): BatchNormResult<Tensor> {
  const biased = momentsOver(x, [0, 2, 3]);
  const [b, c, h, w] = rank4(x);
  const count = b * h * w;
  return {
    output: normalise(x, biased, channelAffine(affine)),
    moments: {
      mean: tf.reshape(biased.mean, [c]),
      variance: tf.mul(tf.reshape(biased.variance, [c]), count / Math.max(1, count - 1)),
    },
  };
}

/** Of equal values tf.maximum takes its first argument, so the first in row-major order wins. */
function maxPool2(x: Tensor): Tensor {
  const [b, c, h, w] = rank4(x);
  const rows = tf.split(tf.reshape(x, [b * c * (h / 2), 2, w]), 2, 1);
  const [upper, lower] = rows.map((row) => {
    const [left, right] = tf.split(tf.reshape(row, [b * c * (h / 2) * (w / 2), 2]), 2, 1);
    return tf.maximum(left, right);
  });
  return tf.reshape(tf.maximum(upper, lower), [b, c, h / 2, w / 2]);
}

function upsampleNearest2(x: Tensor): Tensor {
  const [b, c, h, w] = rank4(x);
  const spread = tf.mul(tf.reshape(x, [b * c * h, 1, w, 1]), tf.ones([1, 2, 1, 2]));
  return tf.reshape(spread, [b, c, 2 * h, 2 * w]);
}

function softmaxOverChannels(x: Tensor): Tensor {
  const last = tf.softmax(tf.transpose(x, [0, 2, 3, 1]));
  return tf.transpose(last, [0, 3, 1, 2]);
}
