// Reductions, matrix product and what only moves values, with their gradients.
import type { Dim } from '../../ops.ts';
import * as emit from '../emit.ts';
import type { Graph, GraphTensor } from '../graph.ts';

export function sum(graph: Graph, x: GraphTensor, axes: readonly number[]): GraphTensor {
  const y = emit.reduce(graph, 'ReduceSum', x, axes);
  return graph.record([x], y, (gradient) => [emit.expand(graph, gradient, x.shape)]);
}

export function mean(graph: Graph, x: GraphTensor, axes: readonly number[]): GraphTensor {
  const y = emit.reduce(graph, 'ReduceMean', x, axes);
  return graph.record([x], y, (gradient) => {
    const count = axes.reduce((product, axis) => product * emit.staticSize(x, axis), 1);
    const share = emit.multiply(graph, gradient, emit.scalar(graph, 1 / count));
    return [emit.expand(graph, share, x.shape)];
  });
}

export function matMul(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  return graph.record([a, b], emit.matMul(graph, a, b), (gradient) => [
    a.isTracked ? emit.matMul(graph, gradient, emit.swapLast(graph, b)) : undefined,
    b.isTracked ? emit.matMul(graph, emit.swapLast(graph, a), gradient) : undefined,
  ]);
}

export function reshape(graph: Graph, x: GraphTensor, shape: readonly Dim[]): GraphTensor {
  return graph.record([x], emit.reshape(graph, x, shape), (gradient) => [
    emit.reshape(graph, gradient, x.shape),
  ]);
}

export function expand(graph: Graph, x: GraphTensor, shape: readonly Dim[]): GraphTensor {
  return graph.record([x], emit.expand(graph, x, shape), (gradient) => [
    emit.sumToShape(graph, gradient, emit.staticShape(x)),
  ]);
}

export function concat(graph: Graph, parts: readonly GraphTensor[], axis: number): GraphTensor {
  return graph.record(parts, emit.concat(graph, parts, axis), (gradient) => {
    let start = 0;
    return parts.map((part) => {
      const end = start + emit.staticSize(part, axis);
      const range = { axis, start, end };
      start = end;
      return part.isTracked ? emit.slice(graph, gradient, range) : undefined;
    });
  });
}

export function slice(
  graph: Graph,
  x: GraphTensor,
  axis: number,
  [start, end]: readonly [start: number, end?: number],
): GraphTensor {
  const y = emit.slice(graph, x, { axis, start, end });
  return graph.record([x], y, (gradient) => {
    const after = emit.staticSize(x, axis) - start - emit.staticSize(y, axis);
    const along = (amount: number): number[] => x.shape.map((_, i) => (i === axis ? amount : 0));
    return [emit.pad(graph, gradient, along(start), along(after))];
  });
}
