// What single nodes give, worked out by hand.
import { expect } from 'chai';
import type { Ops } from '../../../src/network/ops.ts';
import { evaluate, openGraph, type TestArray } from '../../support/run-graph.ts';

function array(shape: readonly number[], ...values: number[]): TestArray {
  return { shape, values: Float32Array.from(values) };
}

/** 1 to 16 in four rows. */
const square = array([1, 1, 4, 4], ...Array.from({ length: 16 }, (_, i) => i + 1));

/** The same displacement at every pixel of `square`, in pixels. */
function displacement(y: number, x: number): TestArray {
  const pixels = 3 / 2;
  return array(
    [1, 2, 4, 4],
    ...Array<number>(16).fill(y / pixels),
    ...Array<number>(16).fill(x / pixels),
  );
}

const warp = <X>(ops: Ops<X>, [x, by]: readonly X[]): X => ops.warp(x, by);

function expectValues(got: TestArray, expected: readonly number[], tolerance = 1e-5): void {
  expect(got.values.length).to.equal(expected.length);
  expected.forEach((value, i) => {
    expect(got.values[i], `value ${i}`).to.be.closeTo(value, tolerance);
  });
}

describe('ONNX nodes', () => {
  it('conv2d correlates: the kernel is not turned round', async () => {
    const rightNeighbour = array([1, 1, 3, 3], 0, 0, 0, 0, 0, 1, 0, 0, 0);
    const moved = await evaluate((ops, [x, w]) => ops.conv2d(x, w), square, rightNeighbour);
    expectValues(moved, [2, 3, 4, 0, 6, 7, 8, 0, 10, 11, 12, 0, 14, 15, 16, 0]);
  });

  it('conv2d at stride 2 is centred on the even pixels', async () => {
    const centre = array([1, 1, 3, 3], 0, 0, 0, 0, 1, 0, 0, 0, 0);
    const halved = await evaluate((ops, [x, w]) => ops.conv2d(x, w, { stride: 2 }), square, centre);
    expectValues(halved, [1, 3, 9, 11]);
  });

  it('convTranspose2x2 puts its kernel at every pixel', async () => {
    const x = array([1, 1, 1, 2], 1, 10);
    const weight = array([1, 1, 2, 2], 1, 2, 3, 4);
    const doubled = await evaluate((ops, [a, w]) => ops.convTranspose2x2(a, w), x, weight);
    expectValues(doubled, [1, 2, 10, 20, 3, 4, 30, 40]);
  });

  it('upsampleNearest2 repeats', async () => {
    const x = array([1, 1, 1, 2], 1, 2);
    expectValues(
      await evaluate((ops, [a]) => ops.upsampleNearest2(a), x),
      [1, 1, 2, 2, 1, 1, 2, 2],
    );
  });

  it('maxPool2 gives the gradient of equal values to the first', async () => {
    const x = array([1, 1, 2, 4], 5, 5, 1, 2, 5, 5, 2, 0);
    const graph = await openGraph(
      (ops, [a]) => ops.maxPool2(a),
      [x],
      () => Float32Array.of(1, 1),
    );
    const [pooled, gradient] = await graph.run([x]);
    await graph.release();
    expectValues(pooled, [5, 2]);
    expectValues(gradient, [1, 0, 0, 1, 0, 0, 0, 0]);
  });

  it('warp takes each pixel from where its displacement points: channel 0 down, channel 1 right', async () => {
    const down = await evaluate(warp, square, displacement(1, 0));
    expectValues(down, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0], 1e-4);
    const right = await evaluate(warp, square, displacement(0, 1));
    expectValues(right, [2, 3, 4, 0, 6, 7, 8, 0, 10, 11, 12, 0, 14, 15, 16, 0], 1e-4);
  });

  it('warp interpolates between pixels and fades to zero outside', async () => {
    const half = await evaluate(warp, square, displacement(0, 0.5));
    expectValues(
      half,
      [1.5, 2.5, 3.5, 2, 5.5, 6.5, 7.5, 4, 9.5, 10.5, 11.5, 6, 13.5, 14.5, 15.5, 8],
      1e-4,
    );
    const far = await evaluate(warp, square, displacement(-9, 40));
    expectValues(far, Array<number>(16).fill(0));
  });

  it('batchNormTraining normalises by the biased variance and gives out the unbiased one', async () => {
    const x = array([2, 1, 1, 2], 1, 3, 5, 7);
    const one = array([1], 1);
    const zero = array([1], 0);
    const output = await evaluate(
      (ops, [a, weight, bias]) => ops.batchNormTraining(a, { weight, bias }).output,
      ...[x, one, zero],
    );
    expectValues(
      output,
      [-3, -1, 1, 3].map((value) => value / Math.sqrt(5 + 1e-5)),
    );
    const variance = await evaluate(
      (ops, [a, weight, bias]) => ops.batchNormTraining(a, { weight, bias }).moments.variance,
      ...[x, one, zero],
    );
    expectValues(variance, [20 / 3]);
  });

  it('instanceNorm normalises each channel of each image alone', async () => {
    const x = array([1, 2, 1, 2], 1, 3, 100, 300);
    const normalised = await evaluate(
      (ops, [a, weight, bias]) => ops.instanceNorm(a, { weight, bias }),
      ...[x, array([2], 1, 2), array([2], 0, 5)],
    );
    expectValues(normalised, [-1, 1, 3, 7], 1e-4);
  });

  it('a single pixel has no variance: instanceNorm gives the bias', async () => {
    const normalised = await evaluate(
      (ops, [a, weight, bias]) => ops.instanceNorm(a, { weight, bias }),
      ...[array([1, 1, 1, 1], 7), array([1], 3), array([1], 0.25)],
    );
    expectValues(normalised, [0.25]);
  });

  it('softmax is over channels and does not overflow', async () => {
    const x = array([1, 2, 1, 2], 1000, 0, 1000, Math.log(3));
    expectValues(await evaluate((ops, [a]) => ops.softmax(a), x), [0.5, 0.25, 0.5, 0.75]);
  });

  it('slice counts a negative end from the last', async () => {
    const middle = await evaluate(
      (ops, [a]) => ops.slice(ops.slice(a, 3, [1, -1]), 2, [3]),
      square,
    );
    expectValues(middle, [14, 15]);
  });
});
