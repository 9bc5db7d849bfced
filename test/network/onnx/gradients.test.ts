// Every node against finite differences, with random shapes.
import { expect } from 'chai';
import fc from 'fast-check';
import { createRandom } from '../../../src/random.ts';
import {
  filled,
  NODE_CASES,
  type NodeCase,
  nodeSizes,
  type Sizes,
} from '../../support/node-cases.ts';
import { openGraph, type TestArray } from '../../support/run-graph.ts';

const STEP = 1e-2;

function moved(inputs: readonly TestArray[], along: readonly TestArray[], by: number): TestArray[] {
  return inputs.map(({ shape, values }, k) => ({
    shape,
    values: values.map((value, i) => value + by * along[k].values[i]),
  }));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

interface Slopes {
  readonly analytic: number;
  readonly numeric: number;
  /** What the two may differ by. */
  readonly tolerance: number;
}

/** Slope of a weighted sum of the result along a random direction, in both ways. */
async function slopes({ recipe, inputs }: NodeCase, shape: Sizes, seed: number): Promise<Slopes> {
  const random = createRandom(`gradients ${seed}`);
  const at = inputs(shape, random);
  const along = at.map((array) => filled(array.shape, () => random.uniform([-1, 1])));
  let weights = new Float32Array();
  const graph = await openGraph(recipe, at, (length) => {
    weights = Float32Array.from({ length }, () => random.uniform([-1, 1]));
    return weights;
  });
  const [, ...gradients] = await graph.run(at);
  const [ahead] = await graph.run(moved(at, along, STEP));
  const [behind] = await graph.run(moved(at, along, -STEP));
  await graph.release();
  const analytic = gradients.reduce((sum, { values }, k) => sum + dot(values, along[k].values), 0);
  const numeric = (dot(ahead.values, weights) - dot(behind.values, weights)) / (2 * STEP);
  const size = Math.sqrt(
    gradients.reduce((sum, { values }) => sum + dot(values, values), 0) +
      dot(ahead.values, ahead.values),
  );
  // Third derivatives times STEP^2, and float32 rounding divided by STEP: each well below 1 %.
  return { analytic, numeric, tolerance: 0.01 * size };
}

describe('gradients of the ONNX nodes', () => {
  for (const node of NODE_CASES)
    it(`${node.name} agrees with finite differences`, async () => {
      await fc.assert(
        fc.asyncProperty(nodeSizes, fc.nat(1e6), async (shape, seed) => {
          const { analytic, numeric, tolerance } = await slopes(node, shape, seed);
          expect(analytic).to.be.closeTo(numeric, tolerance);
        }),
        { numRuns: 15 },
      );
    });
});
