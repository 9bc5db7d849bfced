import { expect } from 'chai';
import { adapt, clipFactor, descend, follow, gradientNorm } from '../../src/network/optimiser.ts';
import { evaluate } from '../support/run-graph.ts';

const vector = (...values: number[]) => ({
  shape: [values.length],
  values: Float32Array.from(values),
});

describe('optimiser', () => {
  it('takes the norm over all gradients', async () => {
    const { values } = await evaluate(
      (ops, parts) => gradientNorm(ops, parts),
      vector(3, 0),
      vector(4),
    );
    expect(values[0]).to.be.closeTo(5, 1e-6);
  });

  it('shrinks long gradients to the limit and leaves short ones', async () => {
    const factor = async (norm: number) =>
      (await evaluate((ops, [n, limit]) => clipFactor(ops, n, limit), vector(norm), vector(12)))
        .values[0];
    expect(await factor(24)).to.be.closeTo(0.5, 1e-6);
    expect(await factor(11)).to.equal(1);
    expect(await factor(0)).to.equal(1);
  });

  it('steps as PyTorch’s SGD with Nesterov momentum and weight decay', async () => {
    const settings = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
    const step = async (what: 'parameter' | 'velocity') =>
      evaluate(
        (ops, [parameter, gradient, velocity]) => {
          const constant = (value: number) => ops.constant([value], [1]);
          return descend(
            ops,
            { parameter, gradient, velocity },
            {
              learningRate: constant(settings.learningRate),
              momentum: constant(settings.momentum),
              weightDecay: constant(settings.weightDecay),
            },
          )[what];
        },
        vector(2),
        vector(0.5),
        vector(0.3),
      );
    // g = 0.5 + 0.01 * 2 = 0.52; v = 0.9 * 0.3 + 0.52 = 0.79; p = 2 - 0.1 * (0.52 + 0.9 * 0.79).
    expect((await step('velocity')).values[0]).to.be.closeTo(0.79, 1e-6);
    expect((await step('parameter')).values[0]).to.be.closeTo(1.8769, 1e-6);
  });

  it('steps as Adam with decoupled weight decay', async () => {
    const step = async (what: 'parameter' | 'velocity' | 'squares') =>
      (
        await evaluate(
          (ops, [parameter, gradient, velocity, squares]) => {
            const constant = (value: number) => ops.constant([value], [1]);
            const settings = {
              learningRate: constant(0.1),
              momentum: constant(0.9),
              weightDecay: constant(0.01),
            };
            return adapt(ops, { parameter, gradient, velocity, squares }, settings)[what];
          },
          vector(2),
          vector(0.5),
          vector(0.3),
          vector(0.04),
        )
      ).values[0];
    // v = 0.9 * 0.3 + 0.1 * 0.5 = 0.32; s = 0.99 * 0.04 + 0.01 * 0.25 = 0.0421; p = 2 - 0.1 * (v / sqrt(s) + 0.02).
    expect(await step('velocity')).to.be.closeTo(0.32, 1e-6);
    expect(await step('squares')).to.be.closeTo(0.0421, 1e-6);
    expect(await step('parameter')).to.be.closeTo(
      2 - 0.1 * (0.32 / Math.sqrt(0.0421) + 0.02),
      1e-6,
    );
  });

  it('moves running statistics a part of the way', async () => {
    const { values } = await evaluate(
      (ops, [running, batch]) => follow(ops, running, batch, ops.constant([0.1], [1])),
      vector(1, 2),
      vector(2, 2),
    );
    expect(values[0]).to.be.closeTo(1.1, 1e-6);
    expect(values[1]).to.equal(2);
  });
});
