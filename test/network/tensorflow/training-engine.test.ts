import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { buildInferenceModels } from '../../../src/network/onnx/inference-models.ts';
import { openSession } from '../../../src/network/onnx/open-session.ts';
import { createOnnxTrainingEngine } from '../../../src/network/onnx/training-engine.ts';
import { LOSS_NAMES, LOSS_WEIGHTS } from '../../../src/network/losses.ts';
import type { NamedParameters } from '../../../src/network/parameters.ts';
import { loadTensorflow } from '../../../src/network/tensorflow/load-tensorflow.ts';
import { openTensorflowSession } from '../../../src/network/tensorflow/open-session.ts';
import { openTensorflowTraining } from '../../../src/network/tensorflow/training-engine.ts';
import { RELEASED_SETTINGS, type TrainingSettings } from '../../../src/network/training-step.ts';
import { failure } from '../../support/failure.ts';
import { relativeDifference } from '../../support/run-graph.ts';
import {
  SMALL_ARCHITECTURE,
  smallBatch,
  smallParameters,
  supervisedBatch,
} from '../../support/small-network.ts';

const network = { architecture: SMALL_ARCHITECTURE, parameters: smallParameters() };

function expectSame(got: NamedParameters, expected: NamedParameters, tolerance: number): void {
  expect([...got.keys()].sort()).to.deep.equal([...expected.keys()].sort());
  for (const [name, { shape, values }] of got) {
    const other = expected.get(name)!;
    expect(shape, name).to.deep.equal(other.shape);
    values.forEach((value, i) => {
      expect(value, `${name}[${i}]`).to.be.closeTo(other.values[i], tolerance);
    });
  }
}

/** Differences of all values, end to end. */
function updateOf(after: NamedParameters, before: NamedParameters): number[] {
  return [...after].flatMap(([name, { values }]) =>
    Array.from(values, (value, i) => value - before.get(name)!.values[i]),
  );
}

const all = (arrays: NamedParameters): number[] =>
  [...arrays.values()].flatMap(({ values }) => Array.from(values));

function normOf(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

const batch = smallBatch([2, 3, 32, 32]);

/** Weights after enough steps that the next ones go steadily. */
async function begunTraining(batchNorm: TrainingSettings['batchNorm']): Promise<NamedParameters> {
  const engine = createOnnxTrainingEngine(network);
  const settings: TrainingSettings = {
    ...RELEASED_SETTINGS,
    batchNorm,
    optimiser: 'adam',
    momentum: 0.9,
    learningRate: 0.001,
  };
  for (let step = 0; step < 200; step++) await engine.step(batch, settings);
  const { parameters } = engine.state();
  await engine.release();
  return parameters;
}

describe('training with TensorFlow.js', function () {
  this.timeout(300_000);

  for (const batchNorm of ['batch', 'running'] as const)
    it(`makes five steps on its own that end where onnxruntime ends, ${batchNorm} statistics`, async () => {
      const parameters = await begunTraining(batchNorm);
      const onnx = createOnnxTrainingEngine({ ...network, parameters });
      const tensorflow = await openTensorflowTraining({ ...network, parameters });
      const settings: TrainingSettings = { ...RELEASED_SETTINGS, batchNorm, learningRate: 0.001 };
      for (let step = 0; step < 5; step++)
        await Promise.all([onnx.step(batch, settings), tensorflow.step(batch, settings)]);
      const [there, here] = [onnx.state().parameters, tensorflow.state().parameters];
      expectSame(here, there, 1e-4);
      const update = updateOf(there, parameters);
      expect(normOf(updateOf(here, there)) / normOf(update)).to.be.below(0.001);
      await Promise.all([onnx.release(), tensorflow.release()]);
    });

  // At random weights each step begins at the state of onnxruntime. Rectifiers and bilinear sampling have kinks, and the
  // losses are steep there: two free runs drift apart tenfold a step whatever engine makes them, as two runs of one
  // engine do whose weights differ in the last digit.
  for (const trainedPart of ['all', 'anatomy'] as const)
    for (const batchNorm of ['batch', 'running'] as const)
      it(`makes the same five steps as onnxruntime: ${trainedPart}, ${batchNorm} statistics`, async () => {
        const settings: TrainingSettings = {
          ...RELEASED_SETTINGS,
          trainedPart,
          batchNorm,
          learningRate: 2e-4,
        };
        const onnx = createOnnxTrainingEngine(network);
        for (let step = 0; step < 5; step++) {
          const start = onnx.state();
          const tensorflow = await openTensorflowTraining({ ...network, ...start });
          const expected = await onnx.step(batch, settings);
          const got = await tensorflow.step(batch, settings);
          for (const name of [...LOSS_NAMES, 'total'] as const)
            expect(got.losses[name], name).to.be.closeTo(expected.losses[name], 1e-4);
          const [there, here] = [onnx.state().parameters, tensorflow.state().parameters];
          expectSame(here, there, 1e-4);
          // Kinks leave some tenths of a percent; a wrong rule anywhere leaves far more.
          const update = updateOf(there, start.parameters);
          expect(normOf(updateOf(here, there)) / normOf(update)).to.be.below(0.02);
          await tensorflow.release();
        }
        await onnx.release();
      });

  it('makes the same steps of Adam as onnxruntime, by labels of later frames and true motion too', async () => {
    const supervised = supervisedBatch([2, 3, 32, 32]);
    const settings: TrainingSettings = {
      ...RELEASED_SETTINGS,
      optimiser: 'adam',
      momentum: 0.9,
      learningRate: 1e-4,
      lossWeights: { ...LOSS_WEIGHTS, displacement: 1 },
    };
    const onnx = createOnnxTrainingEngine(network);
    for (let step = 0; step < 3; step++) {
      const tensorflow = await openTensorflowTraining({ ...network, ...onnx.state() });
      const expected = await onnx.step(supervised, settings);
      const got = await tensorflow.step(supervised, settings);
      for (const name of [...LOSS_NAMES, 'total'] as const)
        expect(got.losses[name], name).to.be.closeTo(expected.losses[name], 1e-4);
      expect(got.losses.displacement).to.be.above(0.1);
      const [there, here] = [onnx.state(), tensorflow.state()];
      for (const part of ['velocities', 'squares'] as const) {
        const difference = normOf(updateOf(here[part], there[part]));
        expect(difference / normOf(all(there[part])), part).to.be.below(0.02);
      }
      // A gradient of nearly nothing has either sign, and Adam makes a whole step of it.
      expectSame(here.parameters, there.parameters, 4e-4);
      await tensorflow.release();
    }
    await onnx.release();
  });

  it('trains the head alone as onnxruntime does, and leaves the rest as it is', async () => {
    const supervised = supervisedBatch([2, 3, 32, 32]);
    const settings: TrainingSettings = { ...RELEASED_SETTINGS, trainedPart: 'pathology' };
    const onnx = createOnnxTrainingEngine(network);
    const tensorflow = await openTensorflowTraining({ ...network, ...onnx.state() });
    const before = onnx.state().parameters;
    const expected = await onnx.step(supervised, settings);
    const got = await tensorflow.step(supervised, settings);
    expect(got.losses.pathology).to.be.closeTo(expected.losses.pathology, 1e-4);
    expect(got.losses.anatomy).to.equal(0);
    const [there, here] = [onnx.state().parameters, tensorflow.state().parameters];
    expect(normOf(updateOf(here, there)) / normOf(updateOf(there, before))).to.be.below(0.02);
    for (const [name, { values }] of there)
      if (!name.startsWith('head.')) expect(values, name).to.deep.equal(before.get(name)!.values);
    expect(normOf(updateOf(there, before))).to.be.above(0);
    const failed = await failure(onnx.step(batch, settings), 'shape-mismatch');
    expect(failed.message).to.contain('expected true motion and labels of every frame');
    await Promise.all([onnx.release(), tensorflow.release()]);
  });

  it('goes on from a state as if it had not stopped', async () => {
    const [whole, first] = [await openTensorflowTraining(network), await openTensorflowTraining(network)]; // prettier-ignore
    await whole.step(batch, RELEASED_SETTINGS);
    await whole.step(batch, RELEASED_SETTINGS);
    await first.step(batch, RELEASED_SETTINGS);
    const second = await openTensorflowTraining({ ...network, ...first.state() });
    await second.step(batch, RELEASED_SETTINGS);
    expectSame(second.state().parameters, whole.state().parameters, 0);
    expectSame(second.state().velocities, whole.state().velocities, 0);
    await Promise.all([whole, first, second].map((engine) => engine.release()));
  });

  it('keeps nothing in memory from step to step, nor after release', async () => {
    await loadTensorflow('javascript');
    const { numTensors: before } = tf.memory();
    const engine = await openTensorflowTraining(network);
    const { numTensors } = tf.memory();
    for (let step = 0; step < 3; step++) {
      await engine.step(batch, RELEASED_SETTINGS);
      await engine.differentiate(batch, RELEASED_SETTINGS);
      expect(tf.memory().numTensors).to.equal(numTensors);
    }
    await engine.release();
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('refuses a batch that does not fit together', async () => {
    const engine = await openTensorflowTraining(network);
    const wrong = { ...batch, labels: batch.labels.subarray(1) };
    await failure(engine.step(wrong, RELEASED_SETTINGS), 'shape-mismatch');
    await engine.release();
  });

  it('infers what onnxruntime infers', async () => {
    const models = buildInferenceModels(SMALL_ARCHITECTURE, network.parameters);
    const onnx = await openSession({ architecture: SMALL_ARCHITECTURE, ...models }, 'cpu');
    const tensorflow = await openTensorflowSession(network);
    const [got, expected] = await Promise.all(
      [tensorflow, onnx].map((session) => session.runCine(batch.cine, batch.shape)),
    );
    const frame = batch.cine.subarray(0, 32 * 32);
    const anatomies = await Promise.all(
      [tensorflow, onnx].map((session) => session.runAnatomy(frame, [1, 32, 32])),
    );
    await Promise.all([tensorflow.release(), onnx.release()]);
    expect(relativeDifference(got.motion, expected.motion)).to.be.below(1e-4);
    expect(relativeDifference(got.anatomy, expected.anatomy)).to.be.below(1e-4);
    got.logits.forEach((logits, k) => {
      expect(relativeDifference(logits, expected.logits[k])).to.be.below(1e-4);
    });
    expect(relativeDifference(anatomies[0], anatomies[1])).to.be.below(1e-4);
  });

  it('tells how to install a backend that is missing', async function () {
    const isInstalled = await loadTensorflow('gpu').then(
      () => true,
      () => false,
    );
    if (isInstalled) this.skip();
    const { message } = await failure(loadTensorflow('gpu'), 'engine-unavailable');
    expect(message).to.include('npm install --no-save @tensorflow/tfjs-node-gpu');
  });
});
