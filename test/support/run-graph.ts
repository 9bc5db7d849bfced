// Runs a few recorded operations through onnxruntime.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { differentiate } from '../../src/network/onnx/differentiate.ts';
import { Graph, type GraphTensor } from '../../src/network/onnx/graph.ts';
import { graphOps } from '../../src/network/onnx/graph-ops.ts';
import { encodeOnnx } from '../../src/network/onnx/onnx-format.ts';
import type { Ops } from '../../src/network/ops.ts';

/** Values with their shape. */
export interface TestArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Writes operations down for any engine. */
export type Recipe = <X>(ops: Ops<X>, inputs: readonly X[]) => X;

export interface RunningGraph {
  /** Values of the result, then the gradient of their weighted sum towards each input. */
  run(inputs: readonly TestArray[]): Promise<TestArray[]>;
  release(): Promise<void>;
}

const fixed = (tensor: GraphTensor): number[] => tensor.shape.map(Number);

/**
 * Opens a graph that computes a recipe and, when asked, the gradients of the sum of its result times `weights`.
 *
 * @param inputs - only their shapes matter here
 */
export async function openGraph(
  recipe: Recipe,
  inputs: readonly TestArray[],
  weights?: (length: number) => Float32Array,
): Promise<RunningGraph> {
  const graph = new Graph();
  const ops = graphOps(graph);
  const named = inputs.map(({ shape }, i) => graph.input(`in${i}`, shape));
  const tracked = named.map((tensor) => ({ ...tensor, isTracked: weights !== undefined }));
  const result = recipe(ops, tracked);
  graph.output('result', result, fixed(result));
  const names = ['result'];
  if (weights !== undefined) {
    const shape = fixed(result);
    const length = shape.reduce((product, size) => product * size, 1);
    const product = ops.multiply(result, graph.constant(weights(length), shape));
    const all = shape.map((_, axis) => axis);
    const loss = ops.reshape(ops.sum(product, all), [1]);
    differentiate(graph, loss, tracked).forEach((gradient, i) => {
      if (gradient === undefined) throw new Error(`no gradient towards input ${i}`);
      names.push(`gradient${i}`);
      graph.output(`gradient${i}`, gradient, fixed(tracked[i]));
    });
  }
  const session = await InferenceSession.create(encodeOnnx(graph.finish()), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  return {
    async run(arrays) {
      const feeds = Object.fromEntries(
        arrays.map(({ values, shape }, i) => [`in${i}`, new Tensor('float32', values, shape)]),
      );
      const results = await session.run(feeds);
      return names.map((name) => {
        const { data, dims } = results[name];
        if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
        return { shape: dims, values: data };
      });
    },
    release: () => session.release(),
  };
}

/** The result of a recipe. */
export async function evaluate(
  recipe: Recipe,
  ...inputs: readonly TestArray[]
): Promise<TestArray> {
  const graph = await openGraph(recipe, inputs);
  const [result] = await graph.run(inputs);
  await graph.release();
  return result;
}

/** Largest difference, as a share of the largest expected value. */
export function relativeDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    // Not Math.max alone: it must not hide a NaN.
    if (!(Math.abs(got[i] - expected[i]) <= difference))
      difference = Math.abs(got[i] - expected[i]);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / largest;
}
