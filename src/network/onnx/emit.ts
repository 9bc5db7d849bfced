// Single ONNX nodes with the shapes of their results; nothing here is recorded for differentiation.
import type { Dim } from '../ops.ts';
import type { Attributes, Graph, GraphTensor } from './graph.ts';

/** ONNX takes the largest int64 as "up to the end". */
const TO_THE_END = 2n ** 63n - 1n;

export function int64s(graph: Graph, values: readonly (number | bigint)[]): GraphTensor {
  return graph.constant(BigInt64Array.from(values, BigInt), [values.length]);
}

/** `[1]`. */
export function scalar(graph: Graph, value: number): GraphTensor {
  return graph.constant(Float32Array.of(value), [1]);
}

/**
 * The sizes as numbers.
 *
 * @throws {RangeError} when one is known only at run time
 */
export function staticShape({ name, shape }: GraphTensor): readonly number[] {
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    throw new RangeError(`${name}: expected fixed sizes, got one that is known only at run time`);
  });
}

/** A single size as a number. @throws {RangeError} when it is known only at run time */
export function staticSize(tensor: GraphTensor, axis: number): number {
  const size = tensor.shape[axis];
  if (typeof size === 'number') return size;
  throw new RangeError(`${tensor.name}: expected axis ${axis} to have a fixed size`);
}

function broadcastShape(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA === 1) return sizeB;
    return sizeB === 1 || typeof sizeA === 'number' ? sizeA : sizeB;
  });
}

export function unary(graph: Graph, opType: string, x: GraphTensor, attributes?: Attributes) {
  return graph.emit(opType, [x], { shape: x.shape, attributes });
}

export function binary(graph: Graph, opType: string, a: GraphTensor, b: GraphTensor): GraphTensor {
  return graph.emit(opType, [a, b], { shape: broadcastShape(a.shape, b.shape) });
}

export function add(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  return binary(graph, 'Add', a, b);
}

export function subtract(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  return binary(graph, 'Sub', a, b);
}

export function multiply(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  return binary(graph, 'Mul', a, b);
}

export function divide(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  return binary(graph, 'Div', a, b);
}

/** Keeps the reduced axes with size 1. */
export function reduce(
  graph: Graph,
  opType: 'ReduceSum' | 'ReduceMean' | 'ReduceSumSquare',
  x: GraphTensor,
  axes: readonly number[],
): GraphTensor {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return graph.emit(opType, [x, int64s(graph, axes)], {
    shape,
    attributes: { keepdims: { i: 1 } },
  });
}

export function transpose(graph: Graph, x: GraphTensor, perm: readonly number[]): GraphTensor {
  const shape = perm.map((axis) => x.shape[axis]);
  return graph.emit('Transpose', [x], { shape, attributes: { perm: { ints: perm } } });
}

/** An int64 value that holds the sizes. */
export function shapeValue(graph: Graph, shape: readonly Dim[]): GraphTensor {
  if (shape.every((size) => typeof size === 'number')) return int64s(graph, shape);
  const parts = shape.map((size) =>
    typeof size === 'number'
      ? int64s(graph, [size])
      : { name: size.runtimeDim, shape: [1], isTracked: false },
  );
  return graph.emit('Concat', parts, { shape: [shape.length], attributes: { axis: { i: 0 } } });
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

/** The sizes that a reshape gives, with -1 worked out where all others are known. */
function reshapedSizes(x: GraphTensor, shape: readonly Dim[]): (Dim | undefined)[] {
  const known = [...x.shape, ...shape].every((size) => typeof size === 'number');
  if (!known) return shape.map((size) => (size === -1 ? undefined : size));
  const rest = shape.filter((size) => typeof size === 'number' && size !== -1) as number[];
  return shape.map((size) => (size === -1 ? product(staticShape(x)) / product(rest) : size));
}

/** @param shape - one entry may be -1 */
export function reshape(graph: Graph, x: GraphTensor, shape: readonly Dim[]): GraphTensor {
  return graph.emit('Reshape', [x, shapeValue(graph, shape)], { shape: reshapedSizes(x, shape) });
}

export function expand(graph: Graph, x: GraphTensor, shape: readonly Dim[]): GraphTensor {
  return graph.emit('Expand', [x, shapeValue(graph, shape)], { shape });
}

export function concat(graph: Graph, parts: readonly GraphTensor[], axis: number): GraphTensor {
  const sizes = parts.map((part) => part.shape[axis]);
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((sum, size) => sum + size, 0)
    : undefined;
  const shape = parts[0].shape.map((size, i) => (i === axis ? total : size));
  return graph.emit('Concat', parts, { shape, attributes: { axis: { i: axis } } });
}

export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  /** Default: to the last; a negative one counts from the end. */
  readonly end?: number;
  /** Default 1. */
  readonly step?: number;
}

function slicedSize(size: Dim, { start, end, step = 1 }: SliceRange): number | undefined {
  if (typeof size !== 'number') return end !== undefined && end > 0 ? end - start : undefined;
  const stop = end === undefined ? size : end < 0 ? size + end : Math.min(end, size);
  return Math.ceil((stop - start) / step);
}

export function slice(graph: Graph, x: GraphTensor, range: SliceRange): GraphTensor {
  const shape = x.shape.map((size, i) => (i === range.axis ? slicedSize(size, range) : size));
  const bounds = [[range.start], [range.end ?? TO_THE_END], [range.axis], [range.step ?? 1]];
  return graph.emit('Slice', [x, ...bounds.map((values) => int64s(graph, values))], { shape });
}

/** Reverses the last two axes. */
export function flip(graph: Graph, x: GraphTensor): GraphTensor {
  const axes = [x.shape.length - 2, x.shape.length - 1];
  const bounds = [[-1, -1], [-TO_THE_END, -TO_THE_END], axes, [-1, -1]];
  return graph.emit('Slice', [x, ...bounds.map((values) => int64s(graph, values))], {
    shape: x.shape,
  });
}

/** Adds zeros before and after; negative numbers crop. Both lists have one entry an axis. */
export function pad(
  graph: Graph,
  x: GraphTensor,
  before: readonly number[],
  after: readonly number[],
): GraphTensor {
  const shape = staticShape(x).map((size, axis) => size + before[axis] + after[axis]);
  return graph.emit('Pad', [x, int64s(graph, [...before, ...after])], { shape });
}

/** Over the last two axes; leading axes equal. */
export function matMul(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  const shape = [...a.shape.slice(0, -1), b.shape[b.shape.length - 1]];
  return graph.emit('MatMul', [a, b], { shape });
}

/** Swaps the last two axes. */
export function swapLast(graph: Graph, x: GraphTensor): GraphTensor {
  const axes = x.shape.map((_, axis) => axis);
  const last = axes.length - 1;
  return transpose(graph, x, [...axes.slice(0, -2), last, last - 1]);
}

/** Sums a gradient over the axes that were broadcast, back to the given sizes. */
export function sumToShape(
  graph: Graph,
  gradient: GraphTensor,
  shape: readonly number[],
): GraphTensor {
  const sizes = staticShape(gradient);
  const lead = sizes.length - shape.length;
  const axes = sizes.flatMap((size, axis) =>
    size !== 1 && (axis < lead || shape[axis - lead] === 1) ? [axis] : [],
  );
  const summed = axes.length === 0 ? gradient : reduce(graph, 'ReduceSum', gradient, axes);
  return summed.shape.length === shape.length ? summed : reshape(graph, summed, shape);
}
