// Bilinear warping. Looking up pixels is the one step whose gradient TensorFlow.js lacks.
import * as tf from '@tensorflow/tfjs-core';

type Tensor = tf.Tensor;

/** One coordinate of every sample, `[B H W]`. */
interface Coordinate {
  /** Integer part, as float; no gradient. */
  readonly floor: Tensor;
  /** What is left; carries the gradient. */
  readonly fraction: Tensor;
  /** Height or width. */
  readonly size: number;
}

/** `warp` of `Ops`: align_corners, zero outside. */
export function warp(x: Tensor, displacement: Tensor): Tensor {
  const [b, c, h, w] = x.shape;
  const y = coordinate(displacement, 0);
  const across = coordinate(displacement, 1);
  const pixels = tf.reshape(tf.transpose(x, [0, 2, 3, 1]), [b * h * w, c]);
  const corners = [0, 1].flatMap((dy) =>
    [0, 1].map((dx) => {
      const weight = tf.mul(cornerWeight(y, dy), cornerWeight(across, dx)); // [B H W]
      const values = lookUp(pixels, cornerIndex([y, across], [dy, dx], b));
      return tf.mul(values, tf.reshape(weight, [b * h * w, 1]));
    }),
  );
  const sampled = corners.reduce((sum, corner) => tf.add(sum, corner));
  return tf.transpose(tf.reshape(sampled, [b, h, w, c]), [0, 3, 1, 2]);
}

/**
 * Pixel coordinate of every sample along one axis, rounded step by step as PyTorch rounds it: the
 * pathology head magnifies a difference in the last digit.
 */
function coordinate(displacement: Tensor, channel: 0 | 1): Coordinate {
  const [b, , h, w] = displacement.shape;
  const size = channel === 0 ? h : w;
  const grid = tf.tensor(identityGrid(size), channel === 0 ? [1, h, 1] : [1, 1, w]);
  const part = tf.reshape(tf.slice(displacement, [0, channel, 0, 0], [b, 1, h, w]), [b, h, w]);
  const shifted = tf.add(tf.add(grid, part), 1);
  const position = tf.reshape(tf.mul(shifted, (size - 1) / 2), [b * h * w]);
  const floor = tf.floor(position);
  return { floor, fraction: tf.sub(position, floor), size };
}

/** linspace(-1, 1, size) in float32, counted from either end. */
function identityGrid(size: number): Float32Array {
  const step = Math.fround(2 / (size - 1));
  return Float32Array.from({ length: size }, (_, i) => {
    const last = size - 1 - i;
    return i < last ? Math.fround(step * i) - 1 : 1 - Math.fround(step * last);
  });
}

/** Zero where the corner lies outside the image. */
function cornerWeight({ floor, fraction, size }: Coordinate, step: number): Tensor {
  const weight = step === 0 ? tf.sub(1, fraction) : fraction;
  return tf.mul(weight, isInside(tf.add(floor, step), size));
}

/** 1 inside the image, 0 outside: constant, which TensorFlow.js must be told. */
function isInside(at: Tensor, size: number): Tensor {
  const mask = tf.customGrad((x) => {
    const position = x as Tensor;
    const within = tf.logicalAnd(tf.greaterEqual(position, 0), tf.lessEqual(position, size - 1));
    return { value: tf.cast(within, 'float32'), gradFunc: (dy: Tensor) => tf.zerosLike(dy) };
  });
  return mask(at);
}

/** Rows of `[B H W, C]`; corners outside point at the border, where their weight is zero. */
function cornerIndex(
  [y, x]: readonly [Coordinate, Coordinate],
  [dy, dx]: readonly [number, number],
  batch: number,
): tf.Tensor2D {
  const row = tf.clipByValue(tf.add(y.floor, dy), 0, y.size - 1);
  const column = tf.clipByValue(tf.add(x.floor, dx), 0, x.size - 1);
  const perImage = y.size * x.size;
  const within = tf.reshape(tf.add(tf.mul(row, x.size), column), [batch, perImage]);
  // As integers: float32 is exact up to 2^24 only, and a batch may have more pixels.
  const firstOfImage = tf.range(0, batch * perImage, perImage, 'int32');
  const index = tf.add(tf.cast(within, 'int32'), tf.reshape(firstOfImage, [batch, 1]));
  return tf.reshape(index, [batch * perImage, 1]);
}

/** Rows of a matrix by index; the gradient adds every row back to where it came from. */
function lookUp(rows: Tensor, index: tf.Tensor2D): Tensor {
  const gather = tf.customGrad((x) => {
    const source = x as Tensor;
    return {
      value: tf.gatherND(source, index),
      gradFunc: (dy: Tensor) => tf.scatterND(index, dy, source.shape),
    };
  });
  return gather(rows);
}
