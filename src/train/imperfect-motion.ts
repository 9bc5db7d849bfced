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
  const { size, values, weights } = plane;
  if (size === 1) return;
  const below = coarser(plane);
  fill(below);
  const coarse = enlarge(
    below,
    placesAmong(below.size, size, (i) => (i - 0.5) / 2),
  );
  for (let i = 0; i < values.length; i++)
    values[i] = weights[i] * values[i] + (1 - weights[i]) * coarse[i];
}

/** Neighbours of each pixel along an axis, and the weight of the second. */
interface AxisPlaces {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float32Array;
}

/** Places of `count` pixels among `size` values; beyond the ends stand the ends. */
function placesAmong(size: number, count: number, placeOf: (i: number) => number): AxisPlaces {
  const places = Float64Array.from({ length: count }, (_, i) =>
    Math.min(size - 1, Math.max(0, placeOf(i))),
  );
  return {
    first: Int32Array.from(places, Math.floor),
    second: Int32Array.from(places, (place) => Math.min(size - 1, Math.floor(place) + 1)),
    weight: Float32Array.from(places, (place) => place - Math.floor(place)),
  };
}

/** A square of values, bilinearly, on a larger one. */
function enlarge(
  { size, values }: Pick<Plane, 'size' | 'values'>,
  { first, second, weight }: AxisPlaces,
): Float32Array {
  const count = first.length;
  const large = new Float32Array(count * count);
  for (let y = 0; y < count; y++) {
    const [above, below, wy] = [first[y] * size, second[y] * size, weight[y]];
    for (let x = 0; x < count; x++) {
      const [x0, x1, wx] = [first[x], second[x], weight[x]];
      const top = values[above + x0] + wx * (values[above + x1] - values[above + x0]);
      const bottom = values[below + x0] + wx * (values[below + x1] - values[below + x0]);
      large[y * count + x] = top + wy * (bottom - top);
    }
  }
  return large;
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
  const onKnots = placesAmong(KNOTS, size, (i) => (i * (KNOTS - 1)) / (size - 1));
  for (let at = 2 * known.length; at < shown.length; at += known.length) {
    const values = shown.subarray(at, at + known.length);
    fill({ size, values, weights });
    const knots = {
      size: KNOTS,
      values: Float32Array.from({ length: KNOTS * KNOTS }, () => error * random.normal()),
    };
    const smooth = enlarge(knots, onKnots);
    for (let i = 0; i < values.length; i++) values[i] = gain * values[i] + smooth[i];
  }
  return shown;
}
