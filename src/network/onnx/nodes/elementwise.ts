// Functions of single values, arithmetic and softmax, with their gradients.
import { LEAKY_SLOPE } from '../../ops.ts';
import {
  add,
  divide,
  multiply,
  reduce,
  scalar,
  staticShape,
  subtract,
  sumToShape,
  unary,
} from '../emit.ts';
import type { Graph, GraphTensor } from '../graph.ts';

export function relu(graph: Graph, x: GraphTensor): GraphTensor {
  const y = unary(graph, 'Relu', x);
  // The output is never negative: its sign is the slope.
  return graph.record([x], y, (gradient) => [multiply(graph, gradient, unary(graph, 'Sign', y))]);
}

export function leakyRelu(graph: Graph, x: GraphTensor): GraphTensor {
  const y = unary(graph, 'LeakyRelu', x, { alpha: { f: LEAKY_SLOPE } });
  return graph.record([x], y, (gradient) => {
    const isPositive = graph.emit('Greater', [y, scalar(graph, 0)], { shape: y.shape });
    const reduced = multiply(graph, gradient, scalar(graph, LEAKY_SLOPE));
    return [graph.emit('Where', [isPositive, gradient, reduced], { shape: y.shape })];
  });
}

export function tanh(graph: Graph, x: GraphTensor): GraphTensor {
  const y = unary(graph, 'Tanh', x);
  return graph.record([x], y, (gradient) => {
    const slope = subtract(graph, scalar(graph, 1), multiply(graph, y, y));
    return [multiply(graph, gradient, slope)];
  });
}

/** Over axis 1. */
export function softmax(graph: Graph, x: GraphTensor): GraphTensor {
  const y = unary(graph, 'Softmax', x, { axis: { i: 1 } });
  return graph.record([x], y, (gradient) => {
    const weighted = multiply(graph, gradient, y);
    const mean = reduce(graph, 'ReduceSum', weighted, [1]);
    return [subtract(graph, weighted, multiply(graph, y, mean))];
  });
}

export function log(graph: Graph, x: GraphTensor): GraphTensor {
  return graph.record([x], unary(graph, 'Log', x), (gradient) => [divide(graph, gradient, x)]);
}

export function sqrt(graph: Graph, x: GraphTensor): GraphTensor {
  const y = unary(graph, 'Sqrt', x);
  return graph.record([x], y, (gradient) => [
    divide(graph, gradient, multiply(graph, y, scalar(graph, 2))),
  ]);
}

export function clampMin(graph: Graph, x: GraphTensor, minimum: number): GraphTensor {
  const limit = scalar(graph, minimum);
  const y = graph.emit('Max', [x, limit], { shape: x.shape });
  return graph.record([x], y, (gradient) => {
    const isAbove = graph.emit('Greater', [x, limit], { shape: x.shape });
    return [graph.emit('Where', [isAbove, gradient, scalar(graph, 0)], { shape: x.shape })];
  });
}

/** Gradients of a binary operation, each summed back over what was broadcast. */
function recordBinary(
  graph: Graph,
  [a, b, y]: readonly [GraphTensor, GraphTensor, GraphTensor],
  towards: (gradient: GraphTensor) => readonly [() => GraphTensor, () => GraphTensor],
): GraphTensor {
  return graph.record([a, b], y, (gradient) => {
    const [towardsA, towardsB] = towards(gradient);
    return [
      a.isTracked ? sumToShape(graph, towardsA(), staticShape(a)) : undefined,
      b.isTracked ? sumToShape(graph, towardsB(), staticShape(b)) : undefined,
    ];
  });
}

export function sumOf(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  return recordBinary(graph, [a, b, add(graph, a, b)], (gradient) => [
    () => gradient,
    () => gradient,
  ]);
}

export function differenceOf(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  return recordBinary(graph, [a, b, subtract(graph, a, b)], (gradient) => [
    () => gradient,
    () => unary(graph, 'Neg', gradient),
  ]);
}

export function productOf(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  return recordBinary(graph, [a, b, multiply(graph, a, b)], (gradient) => [
    () => multiply(graph, gradient, b),
    () => multiply(graph, gradient, a),
  ]);
}

export function quotientOf(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  const y = divide(graph, a, b);
  return recordBinary(graph, [a, b, y], (gradient) => [
    () => divide(graph, gradient, b),
    () => unary(graph, 'Neg', divide(graph, multiply(graph, gradient, y), b)),
  ]);
}
