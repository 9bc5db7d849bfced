// Every operation on TensorFlow.js against the ONNX node: the result and its gradients.
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadTensorflow } from '../../../src/network/tensorflow/load-tensorflow.ts';
import { type Layout, tensorflowOps } from '../../../src/network/tensorflow/tensorflow-ops.ts';
import { createRandom } from '../../../src/random.ts';
import { NODE_CASES, type NodeCase, nodeSizes, type Sizes } from '../../support/node-cases.ts';
import { openGraph, type TestArray } from '../../support/run-graph.ts';

/** The result of a recipe and the gradient of its weighted sum towards each input. */
function runOnTensorflow(
  { recipe }: NodeCase,
  inputs: readonly TestArray[],
  { weights, layout }: { readonly weights: Float32Array; readonly layout: Layout },
): Float32Array[] {
  return tf.tidy(() => {
    const ops = tensorflowOps(layout);
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values, [...shape]));
    const weightedSum = (...xs: tf.Tensor[]): tf.Scalar => {
      const result = recipe(ops, xs);
      return tf.sum(tf.mul(result, tf.tensor(weights, result.shape)));
    };
    const gradients = tf.grads(weightedSum)(tensors);
    return [recipe(ops, tensors), ...gradients].map((tensor) =>
      Float32Array.from(tensor.dataSync<'float32'>()),
    );
  });
}

async function compare(node: NodeCase, sizes: Sizes, seed: number): Promise<void> {
  const random = createRandom(`engines ${seed}`);
  const inputs = node.inputs(sizes, random);
  let weights = new Float32Array();
  const graph = await openGraph(node.recipe, inputs, (length) => {
    weights = Float32Array.from({ length }, () => random.uniform([-1, 1]));
    return weights;
  });
  const expected = await graph.run(inputs);
  await graph.release();
  for (const layout of ['NCHW', 'NHWC'] as const) {
    const got = runOnTensorflow(node, inputs, { weights, layout });
    expected.forEach(({ values }, k) => {
      // Float32 sums in another order; gradients of norms cancel, so a floor goes with it.
      const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
      values.forEach((value, i) => {
        expect(got[k][i], `${layout}, value ${k}`).to.be.closeTo(value, 1e-4 * largest);
      });
    });
  }
}

describe('operations on TensorFlow.js', function () {
  this.timeout(120_000);

  before(() => loadTensorflow('javascript'));

  for (const node of NODE_CASES)
    it(`${node.name}: result and gradients are those of onnxruntime`, async () => {
      await fc.assert(
        fc.asyncProperty(nodeSizes, fc.nat(1e6), (sizes, seed) => compare(node, sizes, seed)),
        { numRuns: 5 },
      );
    });

  it('max pooling takes the first of equal values', () => {
    const gradient = tf.tidy(() => {
      const ops = tensorflowOps('NCHW');
      const sum = (x: tf.Tensor): tf.Scalar => tf.sum(ops.maxPool2(x));
      return [
        ...tf
          .grad(sum)(tf.ones([1, 1, 2, 2]))
          .dataSync(),
      ];
    });
    expect(gradient).to.deep.equal([1, 0, 0, 0]);
  });

  it('clampMin has no slope at its minimum', () => {
    const gradient = tf.tidy(() => {
      const ops = tensorflowOps('NCHW');
      const sum = (x: tf.Tensor): tf.Scalar => tf.sum(ops.clampMin(x, 1));
      return [
        ...tf
          .grad(sum)(tf.tensor1d([0, 1, 2]))
          .dataSync(),
      ];
    });
    expect(gradient).to.deep.equal([0, 0, 1]);
  });
});
