import { expect } from 'chai';
import { bendingEnergy, lossTerms } from '../../src/network/losses.ts';
import type { DenseArray } from '../../src/network/arrays/dense-array.ts';
import type { Ops } from '../../src/network/ops.ts';
import {
  anatomySupervision,
  FULL_ANNOTATION,
  pathologySupervision,
  type Annotation,
} from '../../src/network/targets.ts';
import { createRandom } from '../../src/random.ts';
import { evaluate, openGraph, type Recipe } from '../support/run-graph.ts';

const [N, T, H, W] = [1, 3, 16, 32];

function constantOf<X>(ops: Ops<X>, { shape, values }: DenseArray<Float32Array>): X {
  return ops.constant([...values], shape);
}

const labels = Uint8Array.from({ length: H * W }, (_, i) => i % 6);

/** One loss as a function of motion `[T, 2, H, W]`, anatomy `[T, 4, H, W]` and full-size logits `[1, 5, H, W]`. */
function lossOf(
  name: 'motion' | 'consistency' | 'anatomy' | 'pathology',
  cine: Float32Array,
  annotation: Annotation = FULL_ANNOTATION,
): Recipe {
  const samples = { labels, shape: [N, H, W], annotations: [annotation] } as const;
  return (ops, [motion, anatomy, logits]) => {
    const supervised = (task: ReturnType<typeof anatomySupervision>) => ({
      targets: task.targets.slice(0, 1).map((target) => constantOf(ops, target)),
      merge: constantOf(ops, task.merge),
      sampleWeight: constantOf(ops, task.sampleWeight),
      diceWeight: constantOf(ops, task.diceWeight),
    });
    const inputs = {
      cine: ops.constant([...cine], [N, T, H, W]),
      frameSelection: ops.constant([1, 0, 0, 0, 0, 1], [N, 2, T]),
      anatomy: supervised(anatomySupervision(samples)),
      labelledFrames: 1,
      pathology: supervised(pathologySupervision(samples)),
      deepSupervision: ops.constant([1, 0, 0, 0], [4]),
    };
    return lossTerms(ops, { motion, anatomy, logits: [logits] }, inputs)[name];
  };
}

function filled(shape: readonly number[], draw: (i: number) => number) {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Float32Array.from({ length }, (_, i) => draw(i)) };
}

const random = createRandom('losses');
const frame = Array.from({ length: H * W }, () => random.normal());
const sameFrames = Float32Array.from([...frame, ...frame, ...frame]);
const anyAnatomy = filled([T, 4, H, W], () => random.uniform([0.1, 0.4]));
const anyLogits = filled([N, 5, H, W], () => random.normal());
const still = filled([T, 2, H, W], () => 0);

/** Probabilities that say the label with certainty, in every frame. */
function certain(classOfLabel: readonly number[], channels: number, frames: number) {
  return filled([frames, channels, H, W], (i) => {
    const [pixel, channel] = [i % (H * W), Math.floor(i / (H * W)) % channels];
    return classOfLabel[labels[pixel]] === channel ? 1 : 0;
  });
}

describe('losses', () => {
  it('identical frames at zero displacement have no motion loss, and no slope towards any displacement', async () => {
    const inputs = [still, anyAnatomy, anyLogits];
    const recipe: Recipe = (ops, [motion]) =>
      lossOf('motion', sameFrames)(ops, [
        motion,
        ops.constant([...anyAnatomy.values], anyAnatomy.shape),
        ops.constant([...anyLogits.values], anyLogits.shape),
      ]);
    const graph = await openGraph(recipe, inputs.slice(0, 1), () => Float32Array.of(1));
    const [loss, gradient] = await graph.run([still]);
    const moved = filled(still.shape, () => 0.05);
    const [movedLoss, movedGradient] = await graph.run([moved]);
    await graph.release();
    const largest = (values: Float32Array) => Math.max(...values.map(Math.abs));
    expect(movedLoss.values[0]).to.be.above(0.01);
    // Positions are rounded to 1e-6 of a pixel: what is left is that, squared in the loss.
    expect(loss.values[0]).to.be.below(1e-9);
    expect(largest(gradient.values)).to.be.below(1e-4 * largest(movedGradient.values));
  });

  it('the same anatomy in every frame is consistent', async () => {
    const anatomy = filled([T, 4, H, W], (i) => anyAnatomy.values[i % (4 * H * W)]);
    const recipe = lossOf('consistency', sameFrames);
    const { values } = await evaluate(recipe, still, anatomy, anyLogits);
    expect(values[0]).to.be.closeTo(0, 1e-6);
  });

  it('anatomy that is certain and right has no loss', async () => {
    const anatomy = certain([0, 1, 2, 3, 1, 1], 4, T);
    const { values } = await evaluate(lossOf('anatomy', sameFrames), still, anatomy, anyLogits);
    expect(values[0]).to.be.closeTo(0, 1e-6);
  });

  it('pathology that is certain and right scores -1, all of it Dice', async () => {
    const logits = certain([0, 1, 2, 0, 4, 3], 5, N);
    const sharp = { ...logits, values: logits.values.map((value) => 100 * value) };
    const { values } = await evaluate(lossOf('pathology', sameFrames), still, anyAnatomy, sharp);
    expect(values[0]).to.be.closeTo(-1, 1e-5);
  });

  it('stays finite when a certain answer is wrong', async () => {
    const logits = certain([4, 4, 4, 4, 0, 4], 5, N);
    const sharp = { ...logits, values: logits.values.map((value) => 300 * value) };
    const { values } = await evaluate(lossOf('pathology', sameFrames), still, anyAnatomy, sharp);
    expect(Number.isFinite(values[0])).to.equal(true);
    expect(values[0]).to.be.above(50);
  });

  it('cannot tell classes apart that the annotator did not', async () => {
    const annotation = { ...FULL_ANNOTATION, hasEdema: false };
    const recipe = lossOf('pathology', sameFrames, annotation);
    // Edema called healthy myocardium, and the other way round: with edema not drawn both are right.
    const asEdema = certain([0, 4, 2, 0, 4, 3], 5, N);
    const asHealthy = certain([0, 1, 2, 0, 1, 3], 5, N);
    for (const logits of [asEdema, asHealthy]) {
      const sharp = { ...logits, values: logits.values.map((value) => 100 * value) };
      const { values } = await evaluate(recipe, still, anyAnatomy, sharp);
      expect(values[0]).to.be.closeTo(-1, 1e-5);
    }
  });

  it('bending energy of a parabola is what its second derivatives say', async () => {
    // Channel 0 is y^2 / 2 + x y, channel 1 is 0: yy = 1, yx = 1, xx = 0; the mean over both channels of 1 + 0 + 2 is 1.5.
    const motion = filled([1, 2, 12, 10], (i) => {
      const [x, y] = [i % 10, Math.floor(i / 10) % 12];
      return i < 120 ? (y * y) / 2 + x * y : 0;
    });
    const { values } = await evaluate((ops, [field]) => bendingEnergy(ops, field), motion);
    expect(values[0]).to.be.closeTo(1.5, 1e-4);
  });
});
