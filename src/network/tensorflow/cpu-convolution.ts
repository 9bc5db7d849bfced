// Convolution of [B, C, H, W] images and its two gradients, for the pure JavaScript backend: each a sum
// over the taps of the kernel of whole rows, in double precision.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend, KernelArgs } from './cpu-kernels.ts';

type Shape4 = [number, number, number, number];

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dataFormat: 'NHWC' | 'NCHW';
}

type ConvInfo = tf.backend_util.Conv2DInfo;

/** One weight of the kernel and the rows and columns of image and output that meet under it. */
interface Tap {
  /** Of its weights `[I, O]` in the filter, counted in such matrices. */
  readonly index: number;
  readonly rows: number;
  readonly columns: number;
  /** First pixel within an image plane, and steps from one row or column to the next. */
  readonly image: PlaneSteps;
  readonly output: PlaneSteps;
}

interface PlaneSteps {
  readonly start: number;
  readonly row: number;
  readonly column: number;
}

/** `filter [K, K, I, O]`. */
export function convolve({
  inputs: { x, filter },
  attrs,
  backend,
}: KernelArgs<
  { readonly x: tf.TensorInfo; readonly filter: tf.TensorInfo },
  ConvAttributes
>): tf.TensorInfo {
  const info = convInfo(x.shape as Shape4, filter.shape as Shape4, attrs);
  const images = planesOf(valuesOf(backend, x), info.inHeight * info.inWidth);
  const weights = valuesOf(backend, filter);
  const size = info.outHeight * info.outWidth;
  const result = new Float32Array(info.batchSize * info.outChannels * size);
  const taps = tapsOf(info);
  for (let b = 0; b < info.batchSize; b++) {
    for (let o = 0; o < info.outChannels; o++) {
      const sums = new Float64Array(size);
      for (let i = 0; i < info.inChannels; i++) {
        const image = images[b * info.inChannels + i];
        for (const tap of taps) {
          const weight = weights[(tap.index * info.inChannels + i) * info.outChannels + o];
          gatherInto(sums, image, tap, weight);
        }
      }
      result.set(sums, (b * info.outChannels + o) * size);
    }
  }
  return backend.makeTensorInfo(info.outShape, 'float32', result);
}

/** Towards the image. */
export function inputGradient({
  inputs: { dy, filter },
  attrs,
  backend,
}: KernelArgs<
  { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
  ConvAttributes & { readonly inputShape: Shape4 }
>): tf.TensorInfo {
  const info = convInfo(attrs.inputShape, filter.shape as Shape4, attrs);
  const outputs = planesOf(valuesOf(backend, dy), info.outHeight * info.outWidth);
  const weights = valuesOf(backend, filter);
  const size = info.inHeight * info.inWidth;
  const result = new Float32Array(info.batchSize * info.inChannels * size);
  const taps = tapsOf(info);
  for (let b = 0; b < info.batchSize; b++) {
    for (let i = 0; i < info.inChannels; i++) {
      const sums = new Float64Array(size);
      for (let o = 0; o < info.outChannels; o++) {
        const output = outputs[b * info.outChannels + o];
        for (const tap of taps) {
          const weight = weights[(tap.index * info.inChannels + i) * info.outChannels + o];
          scatterInto(sums, output, tap, weight);
        }
      }
      result.set(sums, (b * info.inChannels + i) * size);
    }
  }
  return backend.makeTensorInfo(info.inShape, 'float32', result);
}

/** Towards the weights. */
export function filterGradient({
  inputs: { x, dy },
  attrs,
  backend,
}: KernelArgs<
  { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo },
  ConvAttributes & { readonly filterShape: Shape4 }
>): tf.TensorInfo {
  const info = convInfo(x.shape as Shape4, attrs.filterShape, attrs);
  const images = planesOf(valuesOf(backend, x), info.inHeight * info.inWidth);
  const outputs = planesOf(valuesOf(backend, dy), info.outHeight * info.outWidth);
  const result = new Float32Array(tf.util.sizeFromShape(info.filterShape));
  for (const tap of tapsOf(info)) {
    for (let i = 0; i < info.inChannels; i++) {
      for (let o = 0; o < info.outChannels; o++) {
        let sum = 0;
        for (let b = 0; b < info.batchSize; b++) {
          sum += correlate(images[b * info.inChannels + i], outputs[b * info.outChannels + o], tap);
        }
        result[(tap.index * info.inChannels + i) * info.outChannels + o] = sum;
      }
    }
  }
  return backend.makeTensorInfo(info.filterShape, 'float32', result);
}

// The three innermost loops are alike, but one loop over callbacks would be four times slower.

function gatherInto(sums: Float64Array, image: Float32Array, tap: Tap, weight: number): void {
  const { rows, columns } = tap;
  const step = tap.image.column;
  for (let y = 0; y < rows; y++) {
    const from = tap.image.start + y * tap.image.row;
    const to = tap.output.start + y * tap.output.row;
    for (let x = 0; x < columns; x++) sums[to + x] += weight * image[from + x * step];
  }
}

function scatterInto(sums: Float64Array, output: Float32Array, tap: Tap, weight: number): void {
  const { rows, columns } = tap;
  const step = tap.image.column;
  for (let y = 0; y < rows; y++) {
    const to = tap.image.start + y * tap.image.row;
    const from = tap.output.start + y * tap.output.row;
    for (let x = 0; x < columns; x++) sums[to + x * step] += weight * output[from + x];
  }
}

function correlate(image: Float32Array, output: Float32Array, tap: Tap): number {
  const { rows, columns } = tap;
  const step = tap.image.column;
  let sum = 0;
  for (let y = 0; y < rows; y++) {
    const a = tap.image.start + y * tap.image.row;
    const b = tap.output.start + y * tap.output.row;
    for (let x = 0; x < columns; x++) sum += image[a + x * step] * output[b + x];
  }
  return sum;
}

function valuesOf(backend: CpuBackend, { dataId }: tf.TensorInfo): Float32Array {
  return backend.data.get(dataId).values;
}

/** Views of the single images and channels. */
function planesOf(values: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: values.length / size }, (_, i) =>
    values.subarray(i * size, (i + 1) * size),
  );
}

function convInfo(image: Shape4, filter: Shape4, { strides, pad }: ConvAttributes): ConvInfo {
  const { computeConv2DInfo } = tf.backend_util;
  return computeConv2DInfo(image, filter, strides, 1, pad, undefined, false, 'channelsFirst');
}

/** Every tap of the kernel, in the order of its weights. */
function tapsOf(info: ConvInfo): Tap[] {
  const taps: Tap[] = [];
  for (let index = 0; index < info.filterHeight * info.filterWidth; index++) {
    const shiftY = Math.floor(index / info.filterWidth) - info.padInfo.top;
    const shiftX = (index % info.filterWidth) - info.padInfo.left;
    const y = tapRange(shiftY, info.strideHeight, [info.inHeight, info.outHeight]);
    const x = tapRange(shiftX, info.strideWidth, [info.inWidth, info.outWidth]);
    const row = info.strideHeight * info.inWidth;
    taps.push({
      index,
      rows: Math.max(0, y.end - y.first),
      columns: Math.max(0, x.end - x.first),
      image: {
        start: y.first * row + shiftY * info.inWidth + x.first * info.strideWidth + shiftX,
        row,
        column: info.strideWidth,
      },
      output: { start: y.first * info.outWidth + x.first, row: info.outWidth, column: 1 },
    });
  }
  return taps;
}

/** The part of an axis of the output whose input, at `output * stride + shift`, lies inside the image. */
function tapRange(
  shift: number,
  stride: number,
  [inputs, outputs]: readonly [number, number],
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.ceil(-shift / stride));
  return { first, end: Math.min(outputs, Math.floor((inputs - 1 - shift) / stride) + 1) };
}
