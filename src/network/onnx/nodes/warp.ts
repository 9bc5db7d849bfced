// Bilinear sampling at displaced pixels, and its gradients towards image and displacement.
import type { Dim } from '../../ops.ts';
import {
  add,
  concat,
  divide,
  expand,
  multiply,
  reduce,
  reshape,
  scalar,
  shapeValue,
  slice,
  staticShape,
  subtract,
  unary,
} from '../emit.ts';
import type { Graph, GraphTensor } from '../graph.ts';

/** The two grid lines beside each sample along one axis, `[B, 1, H, W]` each. */
interface Neighbours {
  /** Index of the line, kept inside the image. */
  readonly lines: readonly [GraphTensor, GraphTensor];
  /** 1 where the line lies inside the image, else 0. */
  readonly inside: readonly [GraphTensor, GraphTensor];
  /** Bilinear weight, not yet zeroed outside. */
  readonly weights: readonly [GraphTensor, GraphTensor];
  /** Pixels that a displacement of 1 moves: (size - 1) / 2. */
  readonly reach: GraphTensor;
}

/** One of the four pixels around a sample. */
interface Corner {
  /** Which of the two lines along y and along x. */
  readonly side: readonly [y: 0 | 1, x: 0 | 1];
  /** int64 `[B, C, H W]`: the pixel's place in its image. */
  readonly place: GraphTensor;
  /** `[B, 1, H, W]`: 1 inside the image. */
  readonly inside: GraphTensor;
  /** `[B, C, H, W]`: the pixel's value, 0 outside. */
  readonly value: GraphTensor;
}

const SIDES = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/** 0, 1, 2, ... as floats along one axis, `[size]`. */
function counting(graph: Graph, size: Dim): GraphTensor {
  const zero = graph.constant(BigInt64Array.of(0n), []);
  const one = graph.constant(BigInt64Array.of(1n), []);
  const end = graph.emit('Squeeze', [shapeValue(graph, [size])], { shape: [] });
  const counted = graph.emit('Range', [zero, end, one], { shape: [size] });
  return unary(graph, 'Cast', counted, { to: { i: 1 } });
}

/**
 * linspace(-1, 1, size), rounded as PyTorch rounds it: counted from either end. The head magnifies a difference in
 * the last digit of a sampling position a hundredfold in its gradients.
 */
function identityGrid(graph: Graph, size: Dim): GraphTensor {
  const last = subtract(graph, sizeValue(graph, size), scalar(graph, 1));
  const step = divide(graph, scalar(graph, 2), last);
  const index = counting(graph, size);
  const fromStart = add(graph, multiply(graph, step, index), scalar(graph, -1));
  const left = subtract(graph, last, index);
  const fromEnd = subtract(graph, scalar(graph, 1), multiply(graph, step, left));
  const isFirstHalf = graph.emit('Less', [index, left], { shape: [size] });
  return graph.emit('Where', [isFirstHalf, fromStart, fromEnd], { shape: [size] });
}

/** A size as a float, `[1]`. */
function sizeValue(graph: Graph, size: Dim): GraphTensor {
  if (typeof size === 'number') return scalar(graph, size);
  return unary(graph, 'Cast', shapeValue(graph, [size]), { to: { i: 1 } });
}

function neighbours(
  graph: Graph,
  displacement: GraphTensor,
  { size, grid }: { readonly size: Dim; readonly grid: GraphTensor },
): Neighbours {
  const last = subtract(graph, sizeValue(graph, size), scalar(graph, 1));
  const reach = multiply(graph, last, scalar(graph, 0.5));
  const place = add(graph, displacement, grid);
  const position = multiply(graph, add(graph, place, scalar(graph, 1)), reach);
  const low = unary(graph, 'Floor', position);
  const high = add(graph, low, scalar(graph, 1));
  const fraction = subtract(graph, position, low);
  const clipped = [low, high].map((line) => {
    const from = graph.emit('Max', [line, scalar(graph, 0)], { shape: line.shape });
    return graph.emit('Min', [from, last], { shape: line.shape });
  });
  const inside = [low, high].map((line, i) => {
    const isSame = graph.emit('Equal', [line, clipped[i]], { shape: line.shape });
    return unary(graph, 'Cast', isSame, { to: { i: 1 } });
  });
  return {
    lines: [clipped[0], clipped[1]],
    inside: [inside[0], inside[1]],
    weights: [subtract(graph, scalar(graph, 1), fraction), fraction],
    reach,
  };
}

interface Axes {
  readonly y: Neighbours;
  readonly x: Neighbours;
}

function sampleAxes(graph: Graph, displacement: GraphTensor): Axes {
  const [, , h, w] = displacement.shape;
  const along = (channel: number): GraphTensor =>
    slice(graph, displacement, { axis: 1, start: channel, end: channel + 1 });
  return {
    y: neighbours(graph, along(0), {
      size: h,
      grid: reshape(graph, identityGrid(graph, h), [1, 1, h, 1]),
    }),
    x: neighbours(graph, along(1), { size: w, grid: identityGrid(graph, w) }),
  };
}

function corner(
  graph: Graph,
  image: GraphTensor,
  axes: Axes,
  side: readonly [0 | 1, 0 | 1],
): Corner {
  const [b, c, , w] = image.shape;
  const row = multiply(graph, axes.y.lines[side[0]], sizeValue(graph, w));
  const counted = add(graph, row, axes.x.lines[side[1]]);
  // Exact in float32: an image has far fewer than 2^24 pixels.
  const whole = unary(graph, 'Cast', counted, { to: { i: 7 } });
  const single = reshape(graph, whole, [b, 1, -1]);
  const place = c === 1 ? single : expand(graph, single, [b, c, single.shape[2]]);
  const flat = reshape(graph, image, [b, c, -1]);
  const gathered = graph.emit('GatherElements', [flat, place], {
    shape: place.shape,
    attributes: { axis: { i: 2 } },
  });
  const inside = multiply(graph, axes.y.inside[side[0]], axes.x.inside[side[1]]);
  const value = multiply(graph, reshape(graph, gathered, image.shape), inside);
  return { side, place, inside, value };
}

export function warp(graph: Graph, image: GraphTensor, displacement: GraphTensor): GraphTensor {
  const axes = sampleAxes(graph, displacement);
  const corners = SIDES.map((side) => corner(graph, image, axes, side));
  const weight = ({ side }: Corner): GraphTensor =>
    multiply(graph, axes.y.weights[side[0]], axes.x.weights[side[1]]);
  const y = corners
    .map((at) => multiply(graph, at.value, weight(at)))
    .reduce((sum, part) => add(graph, sum, part));
  return graph.record([image, displacement], y, (gradient) => [
    image.isTracked ? imageGradient(graph, gradient, { image, axes, corners }) : undefined,
    displacement.isTracked ? displacementGradient(graph, gradient, { axes, corners }) : undefined,
  ]);
}

/** Each sample gives its gradient back to the four pixels that it was made of. */
function imageGradient(
  graph: Graph,
  gradient: GraphTensor,
  { image, axes, corners }: { image: GraphTensor; axes: Axes; corners: readonly Corner[] },
): GraphTensor {
  const [b, c, h, w] = staticShape(image);
  let sum = graph.emit('ConstantOfShape', [shapeValue(graph, [b, c, h * w])], {
    shape: [b, c, h * w],
  });
  for (const { side, place, inside } of corners) {
    const bilinear = multiply(graph, axes.y.weights[side[0]], axes.x.weights[side[1]]);
    const share = multiply(graph, gradient, multiply(graph, bilinear, inside));
    sum = graph.emit('ScatterElements', [sum, place, reshape(graph, share, sum.shape)], {
      shape: sum.shape,
      attributes: { axis: { i: 2 }, reduction: { s: 'add' } },
    });
  }
  return reshape(graph, sum, image.shape);
}

/** The slope of the bilinear patch along y and x, in pixels, times the pixels of a unit displacement. */
function displacementGradient(
  graph: Graph,
  gradient: GraphTensor,
  { axes, corners }: { axes: Axes; corners: readonly Corner[] },
): GraphTensor {
  const [topLeft, topRight, bottomLeft, bottomRight] = corners.map(({ value }) => value);
  const { y, x } = axes;
  const slope = (
    [from, to]: readonly [GraphTensor, GraphTensor],
    [otherFrom, otherTo]: readonly [GraphTensor, GraphTensor],
    across: Neighbours,
  ): GraphTensor =>
    add(
      graph,
      multiply(graph, subtract(graph, to, from), across.weights[0]),
      multiply(graph, subtract(graph, otherTo, otherFrom), across.weights[1]),
    );
  const slopes = [
    multiply(graph, slope([topLeft, bottomLeft], [topRight, bottomRight], x), y.reach),
    multiply(graph, slope([topLeft, topRight], [bottomLeft, bottomRight], y), x.reach),
  ];
  const parts = slopes.map((part) =>
    reduce(graph, 'ReduceSum', multiply(graph, gradient, part), [1]),
  );
  return concat(graph, parts, 1);
}
