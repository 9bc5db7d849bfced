// The weight gradient of conv2d for the pure JavaScript backend. TensorFlow.js' own kernel looks up
// every element through a buffer object and is 30 times slower than this loop over rows.
import * as tf from '@tensorflow/tfjs-core';

interface FilterGradientArgs {
  readonly inputs: { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo };
  readonly attrs: {
    readonly strides: number | [number, number];
    readonly pad: 'valid' | 'same' | number;
    readonly dataFormat: 'NHWC' | 'NCHW';
    readonly filterShape: [number, number, number, number];
  };
  readonly backend: {
    readonly data: { readonly get: (dataId: object) => { readonly values: Float32Array } };
    readonly makeTensorInfo: (
      shape: number[],
      dtype: string,
      values: Float32Array,
    ) => tf.TensorInfo;
  };
}

type FilterGradient = (args: FilterGradientArgs) => tf.TensorInfo;

let isRegistered = false;

/** Puts the faster kernel in the place of the backend's own; once, however often it is called. */
export function registerCpuKernels(): void {
  if (isRegistered) return;
  isRegistered = true;
  const kernelName = tf.Conv2DBackpropFilter;
  const original = tf.getKernel(kernelName, 'cpu').kernelFunc as unknown as FilterGradient;
  const kernel: FilterGradient = (args) =>
    args.attrs.dataFormat === 'NCHW' ? filterGradient(args) : original(args);
  tf.unregisterKernel(kernelName, 'cpu');
  // The kernels of a backend know its own types; the registry's are wider.
  tf.registerKernel({
    kernelName,
    backendName: 'cpu',
    kernelFunc: kernel as unknown as tf.KernelFunc,
  });
}

interface Plane {
  readonly values: Float32Array;
  readonly offset: number;
  readonly width: number;
}

/** Where one tap of the kernel meets the image, in rows or columns of the output. */
interface TapRange {
  readonly first: number;
  readonly end: number;
  readonly stride: number;
  /** Of the input, at output 0. */
  readonly shift: number;
}

function filterGradient({ inputs, attrs, backend }: FilterGradientArgs): tf.TensorInfo {
  const info = tf.backend_util.computeConv2DInfo(
    inputs.x.shape as [number, number, number, number],
    attrs.filterShape,
    attrs.strides,
    1,
    attrs.pad,
    undefined,
    false,
    'channelsFirst',
  );
  const x = backend.data.get(inputs.x.dataId).values;
  const dy = backend.data.get(inputs.dy.dataId).values;
  const [inSize, outSize] = [info.inHeight * info.inWidth, info.outHeight * info.outWidth];
  const gradient = new Float32Array(tf.util.sizeFromShape(info.filterShape));
  let index = 0;
  for (let row = 0; row < info.filterHeight; row++) {
    const rows = tapRange(row - info.padInfo.top, info.strideHeight, info.inHeight, info.outHeight);
    for (let column = 0; column < info.filterWidth; column++) {
      const columns = tapRange(
        column - info.padInfo.left,
        info.strideWidth,
        info.inWidth,
        info.outWidth,
      );
      for (let i = 0; i < info.inChannels; i++) {
        for (let o = 0; o < info.outChannels; o++) {
          let sum = 0;
          for (let b = 0; b < info.batchSize; b++) {
            sum += correlate(
              { values: x, offset: (b * info.inChannels + i) * inSize, width: info.inWidth },
              { values: dy, offset: (b * info.outChannels + o) * outSize, width: info.outWidth },
              [rows, columns],
            );
          }
          gradient[index++] = sum;
        }
      }
    }
  }
  return backend.makeTensorInfo(info.filterShape, 'float32', gradient);
}

/** The outputs whose input, at `output * stride + shift`, lies inside the image. */
function tapRange(shift: number, stride: number, inputs: number, outputs: number): TapRange {
  const first = Math.max(0, Math.ceil(-shift / stride));
  const end = Math.min(outputs, Math.floor((inputs - 1 - shift) / stride) + 1);
  return { first, end, stride, shift };
}

/** Sum of products of an input plane and an output plane under one tap. */
function correlate(x: Plane, dy: Plane, [rows, columns]: readonly [TapRange, TapRange]): number {
  const { values: a } = x;
  const { values: b } = dy;
  const length = columns.end - columns.first;
  let sum = 0;
  for (let row = rows.first; row < rows.end; row++) {
    let from = x.offset + (row * rows.stride + rows.shift) * x.width;
    from += columns.first * columns.stride + columns.shift;
    const to = dy.offset + row * dy.width + columns.first;
    for (let k = 0; k < length; k++) sum += a[from + k * columns.stride] * b[to + k];
  }
  return sum;
}
