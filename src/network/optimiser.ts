// How gradients change parameters, over any engine: stochastic gradient descent as the authors train, and Adam.
import type { Ops } from './ops.ts';
import { scale, shift, square } from './ops.ts';

/** `[1]` each. */
export interface OptimiserSettings<X> {
  readonly learningRate: X;
  /** Nesterov, 0.99 as released; for Adam the decay of the mean gradient, 0.9 as usual. */
  readonly momentum: X;
  /** Of the parameter; 3e-5 as released. */
  readonly weightDecay: X;
}

/** One parameter, all of its shape. */
export interface Descent<X> {
  readonly parameter: X;
  readonly gradient: X;
  /** Zero before the first step. */
  readonly velocity: X;
}

/** The same with Adam's second moment, zero before the first step. */
export interface AdaptiveDescent<X> extends Descent<X> {
  readonly squares: X;
}

/** Decay of Adam's mean squared gradient. */
const SQUARES_DECAY = 0.99;
/** Keeps Adam's quotient finite. */
const ADAM_EPSILON = 1e-8;

/** Keeps the quotient finite, as torch.nn.utils.clip_grad_norm_ does. */
const NORM_GUARD = 1e-6;

/** Euclidean norm of all gradients together, `[1]`. */
export function gradientNorm<X>(ops: Ops<X>, gradients: readonly X[]): X {
  const squares = gradients.map((gradient) => {
    const axes = ops.shapeOf(gradient).map((_, axis) => axis);
    return ops.reshape(ops.sum(square(ops, gradient), axes), [1]);
  });
  return ops.sqrt(squares.reduce((sum, value) => ops.add(sum, value)));
}

/**
 * The factor that brings the gradients to at most the given norm, `[1]`.
 *
 * @param limit - `[1]`; 12 as released
 */
export function clipFactor<X>(ops: Ops<X>, norm: X, limit: X): X {
  // min(1, limit / norm) = limit / max(limit, norm), in operations that both engines have.
  const excess = ops.relu(ops.subtract(shift(ops, norm, NORM_GUARD), limit));
  return ops.divide(limit, ops.add(limit, excess));
}

/** One step of PyTorch's SGD with Nesterov momentum, for one parameter. */
export function descend<X>(
  ops: Ops<X>,
  { parameter, gradient, velocity }: Descent<X>,
  { learningRate, momentum, weightDecay }: OptimiserSettings<X>,
): { readonly parameter: X; readonly velocity: X } {
  const decayed = ops.add(gradient, ops.multiply(parameter, weightDecay));
  const nextVelocity = ops.add(ops.multiply(velocity, momentum), decayed);
  const step = ops.add(decayed, ops.multiply(nextVelocity, momentum));
  return {
    parameter: ops.subtract(parameter, ops.multiply(step, learningRate)),
    velocity: nextVelocity,
  };
}

/**
 * One step of Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019), for one parameter. The moments are
 * not corrected for having begun at zero: parts of the network begin at different steps, and with these decays
 * the first steps are at most twice as long, within the warm-up.
 */
export function adapt<X>(
  ops: Ops<X>,
  { parameter, gradient, velocity, squares }: AdaptiveDescent<X>,
  { learningRate, momentum, weightDecay }: OptimiserSettings<X>,
): { readonly parameter: X; readonly velocity: X; readonly squares: X } {
  const nextVelocity = ops.add(gradient, ops.multiply(ops.subtract(velocity, gradient), momentum));
  const nextSquares = ops.add(
    scale(ops, squares, SQUARES_DECAY),
    scale(ops, square(ops, gradient), 1 - SQUARES_DECAY),
  );
  const direction = ops.divide(nextVelocity, shift(ops, ops.sqrt(nextSquares), ADAM_EPSILON));
  const step = ops.add(direction, ops.multiply(parameter, weightDecay));
  return {
    parameter: ops.subtract(parameter, ops.multiply(step, learningRate)),
    velocity: nextVelocity,
    squares: nextSquares,
  };
}

/** A running statistic moved towards that of the batch, by `rate` (0.1 in PyTorch), `[1]`. */
export function follow<X>(ops: Ops<X>, running: X, batch: X, rate: X): X {
  return ops.add(running, ops.multiply(ops.subtract(batch, running), rate));
}
