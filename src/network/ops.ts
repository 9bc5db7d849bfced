// The operations that CineMyoPS is written in. An engine implements them for its own tensor type X.

/** A size: a number, or one that only the engine knows when it runs (a recorded graph's N, T, H, W). */
export type Dim = number | RuntimeDim;

/** Opaque: made by an engine, taken from `shapeOf`, handed back to `reshape` or `expand`. */
export interface RuntimeDim {
  readonly runtimeDim: string;
}

export interface ConvOptions<X> {
  /** `[O]`. */
  readonly bias?: X;
  /** Default 1. */
  readonly stride?: 1 | 2;
}

/** Affine weights, `[C]` each. */
export interface AffineWeights<X> {
  readonly weight: X;
  readonly bias: X;
}

/** `[C]` each; of one batch, or running over many. */
export interface Moments<X> {
  readonly mean: X;
  readonly variance: X;
}

/** Added to the variance by BatchNorm and InstanceNorm. */
export const NORM_EPSILON = 1e-5;

export const LEAKY_SLOPE = 0.01;

/**
 * Images are `[B, C, H, W]`, float32. Weights are laid out as PyTorch does. Binary operations
 * broadcast as NumPy does. Axes count from 0.
 */
export interface Ops<X> {
  shapeOf(x: X): readonly Dim[];
  constant(values: readonly number[], shape: readonly number[]): X;

  /** Cross-correlation, weight `[O, I, K, K]` with K = 1 or 3, zero padding (K - 1) / 2. */
  conv2d(x: X, weight: X, options?: ConvOptions<X>): X;
  /** Kernel 2, stride 2, weight `[I, O, 2, 2]`: doubles H and W. */
  convTranspose2x2(x: X, weight: X): X;
  /** By running statistics. */
  batchNorm(x: X, affine: AffineWeights<X>, running: Moments<X>): X;
  /** By the statistics of this batch (biased variance); gradients flow through them. */
  batchNormTraining(x: X, affine: AffineWeights<X>): BatchNormResult<X>;
  /** Each channel of each image by its own biased statistics. */
  instanceNorm(x: X, affine: AffineWeights<X>): X;
  /** 2 x 2, stride 2; of equal values the first in row-major order is taken. */
  maxPool2(x: X): X;
  upsampleNearest2(x: X): X;
  /**
   * Samples every image at the identity grid linspace(-1, 1) plus its displacement: bilinear, align_corners,
   * zero outside. Positions are computed as (grid + displacement + 1) x (size - 1) / 2, in this order: the head
   * magnifies their rounding.
   *
   * @param displacement - `[B, 2, H, W]`, channel 0 along y, 1 along x, normalised: value x (size - 1) / 2 pixels
   * @returns `[B, C, H, W]`
   */
  warp(x: X, displacement: X): X;

  relu(x: X): X;
  /** Slope `LEAKY_SLOPE` below zero. */
  leakyRelu(x: X): X;
  tanh(x: X): X;
  /** Over axis 1. */
  softmax(x: X): X;
  log(x: X): X;
  sqrt(x: X): X;
  /** max(x, minimum); the gradient is 0 where x <= minimum. */
  clampMin(x: X, minimum: number): X;

  add(a: X, b: X): X;
  subtract(a: X, b: X): X;
  multiply(a: X, b: X): X;
  divide(a: X, b: X): X;
  /** Over the last two axes; leading axes equal. */
  matMul(a: X, b: X): X;

  /** Keeps the axes it reduces, with size 1. */
  sum(x: X, axes: readonly number[]): X;
  /** Keeps the axes it reduces, with size 1. */
  mean(x: X, axes: readonly number[]): X;

  /** Same number of values; one entry may be -1. */
  reshape(x: X, shape: readonly Dim[]): X;
  /** Repeats axes of size 1 to the given shape of the same rank. */
  expand(x: X, shape: readonly Dim[]): X;
  concat(parts: readonly X[], axis: number): X;
  /** From `start` up to but without `end` (default: to the last) along one axis; a negative `end` counts from the end. */
  slice(x: X, axis: number, range: readonly [start: number, end?: number]): X;
}

export interface BatchNormResult<X> {
  readonly output: X;
  /** Of this batch, the variance unbiased, as running statistics want it; no gradient. */
  readonly moments: Moments<X>;
}

/** `x * k`. */
export function scale<X>(ops: Ops<X>, x: X, k: number): X {
  return ops.multiply(x, ops.constant([k], [1]));
}

/** `x + k`. */
export function shift<X>(ops: Ops<X>, x: X, k: number): X {
  return ops.add(x, ops.constant([k], [1]));
}

/** `x * x`. */
export function square<X>(ops: Ops<X>, x: X): X {
  return ops.multiply(x, x);
}
