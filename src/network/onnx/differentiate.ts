// Reverse-mode differentiation of a recorded graph.
import { add, scalar } from './emit.ts';
import type { Graph, GraphTensor } from './graph.ts';

/**
 * Adds the nodes that compute the gradient of a loss.
 *
 * @param loss - `[1]`
 * @returns one gradient for each wanted value, of its shape; undefined where the loss does not depend on it
 */
export function differentiate(
  graph: Graph,
  loss: GraphTensor,
  wanted: readonly GraphTensor[],
): (GraphTensor | undefined)[] {
  const gradients = new Map([[loss.name, scalar(graph, 1)]]);
  for (const { inputs, output, backward } of graph.tape.toReversed()) {
    const gradient = gradients.get(output.name);
    if (gradient === undefined) continue;
    backward(gradient).forEach((part, i) => {
      if (part === undefined || !inputs[i].isTracked) return;
      const sum = gradients.get(inputs[i].name);
      gradients.set(inputs[i].name, sum === undefined ? part : add(graph, sum, part));
    });
  }
  return wanted.map(({ name }) => gradients.get(name));
}
