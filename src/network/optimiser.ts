// Stochastic gradient descent as the authors train, over any engine.
import type { Ops } from './ops.ts';
import { shift, square } from './ops.ts';

/** `[1]` each. */
export interface OptimiserSettings<X> {
  readonly learningRate: X;
  /** Nesterov; 0.99 as released. */
  readonly momentum: X;
  /** Added to the gradient times the parameter; 3e-5 as released. */
  readonly weightDecay: X;
}

/** One parameter, all of its shape. */
export interface Descent<X> {
  readonly parameter: X;
  readonly gradient: X;
  /** Zero before the first step. */
  readonly velocity: X;
}

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

/** A running statistic moved towards that of the batch, by `rate` (0.1 in PyTorch), `[1]`. */
export function follow<X>(ops: Ops<X>, running: X, batch: X, rate: X): X {
  return ops.add(running, ops.multiply(ops.subtract(batch, running), rate));
}
