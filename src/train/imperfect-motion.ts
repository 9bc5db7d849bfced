// True motion as a network would see it: everywhere, too weak or too strong, and a little wrong.
import type { Random, Range } from '../random.ts';
import type { ViewMotion } from './true-motion.ts';

/** Networks underestimate motion more often than not. */
const GAIN: Range = [0.6, 1.1];
/** Standard deviation of the smooth error, pixels; of one sample, drawn from half a normal distribution. */
const ERROR_PIXELS = 0.7;
/** Knots of the smooth error on a side. */
const KNOTS = 7;

interface Plane {
  readonly size: number;
  readonly values: Float32Array;
  readonly weights: Float32Array;
}

/** Half the size: weighted means of two by two. */
function coarser({ size, values, weights }: Plane): Plane {
  const half = Math.ceil(size / 2);
  const sums = new Float32Array(half * half);
  const counts = new Float32Array(half * half);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const [from, to] = [y * size + x, (y >> 1) * half + (x >> 1)];
      sums[to] += weights[from] * values[from];
      counts[to] += weights[from];
    }
  return {
    size: half,
    values: sums.map((sum, i) => (counts[i] > 0 ? sum / counts[i] : 0)),
    weights: counts.map((count) => Math.min(1, count)),
  };
}

/** Gives every value without weight one from the coarser levels, in place. */
function fill(plane: Plane): void {
  if (plane.size === 1) return;
  const below = coarser(plane);
  fill(below);
  for (let y = 0; y < plane.size; y++)
    for (let x = 0; x < plane.size; x++) {
      const i = y * plane.size + x;
      const [w, coarse] = [plane.weights[i], bilinear(below, (y - 0.5) / 2, (x - 0.5) / 2)];
      plane.values[i] = w * plane.values[i] + (1 - w) * coarse;
    }
}

function bilinear({ size, values }: Pick<Plane, 'size' | 'values'>, y: number, x: number): number {
  const inside = (v: number): number => Math.min(size - 1, Math.max(0, v));
  const [y0, x0] = [Math.floor(inside(y)), Math.floor(inside(x))];
  const [y1, x1] = [inside(y0 + 1), inside(x0 + 1)];
  const [wy, wx] = [inside(y) - y0, inside(x) - x0];
  const above = values[y0 * size + x0] * (1 - wx) + values[y0 * size + x1] * wx;
  const below = values[y1 * size + x0] * (1 - wx) + values[y1 * size + x1] * wx;
  return above * (1 - wy) + below * wy;
}

/**
 * What the head is shown in place of the motion decoder's output. The first frame, end diastole, stays at rest.
 *
 * @returns `[frames, 2, size, size]`, pixels
 */
export function imperfectMotion(random: Random, { displacement, known }: ViewMotion): Float32Array {
  const size = Math.sqrt(known.length);
  const gain = random.uniform(GAIN);
  const error = ERROR_PIXELS * Math.abs(random.normal());
  const weights = Float32Array.from(known);
  const shown = displacement.slice();
  for (let at = 2 * known.length; at < shown.length; at += known.length) {
    const values = shown.subarray(at, at + known.length);
    fill({ size, values, weights });
    const knots = {
      size: KNOTS,
      values: Float32Array.from({ length: KNOTS * KNOTS }, () => error * random.normal()),
    };
    const step = (KNOTS - 1) / (size - 1);
    for (let i = 0; i < values.length; i++)
      values[i] =
        gain * values[i] + bilinear(knots, Math.floor(i / size) * step, (i % size) * step);
  }
  return shown;
}
