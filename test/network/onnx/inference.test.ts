import { expect } from 'chai';
import { RELEASED_ARCHITECTURE } from '../../../src/network/architecture.ts';
import { buildInferenceModels } from '../../../src/network/onnx/inference-models.ts';
import { openSession } from '../../../src/network/onnx/open-session.ts';
import { createOnnxTrainingEngine } from '../../../src/network/onnx/training-engine.ts';
import type { CineMyopsSession, CineShape } from '../../../src/network/session.ts';
import { RELEASED_SETTINGS } from '../../../src/network/training-step.ts';
import { createRandom } from '../../../src/random.ts';
import { failure } from '../../support/failure.ts';
import { relativeDifference } from '../../support/run-graph.ts';
import {
  SMALL_ARCHITECTURE,
  smallBatch,
  smallParameters,
  waves,
} from '../../support/small-network.ts';

const models = buildInferenceModels(SMALL_ARCHITECTURE, smallParameters());

function cineOf(shape: CineShape): Float32Array {
  return waves(shape, createRandom('inference'));
}

describe('inference with onnxruntime', () => {
  let session: CineMyopsSession;

  before(async () => {
    session = await openSession({ architecture: SMALL_ARCHITECTURE, ...models }, 'cpu');
  });

  after(() => session.release());

  for (const t of [1, 5, 17, 30])
    it(`runs ${t} frames of any size`, async () => {
      const [n, h, w] = [2, 32, 48];
      const { motion, anatomy, logits } = await session.runCine(cineOf([n, t, h, w]), [n, t, h, w]);
      expect(motion.length).to.equal(n * t * 2 * h * w);
      expect(anatomy.length).to.equal(n * t * 4 * h * w);
      const sizes = [1, 4, 16, 64].map((part) => (n * 5 * h * w) / part);
      expect(logits.map(({ length }) => length)).to.deep.equal(sizes);
      for (const values of [motion, anatomy, ...logits])
        expect(values.every(Number.isFinite)).to.equal(true);
    });

  it('gives probabilities and displacements in their ranges', async () => {
    const { motion, anatomy } = await session.runCine(cineOf([1, 3, 32, 32]), [1, 3, 32, 32]);
    expect(motion.every((value) => Math.abs(value) <= 1)).to.equal(true);
    for (let i = 0; i < 32 * 32; i++) {
      const sum = [0, 1, 2, 3].reduce((total, c) => total + anatomy[c * 32 * 32 + i], 0);
      expect(sum).to.be.closeTo(1, 1e-5);
    }
  });

  it('treats slices independently: a sample alone is the same as among others', async () => {
    const shape = [3, 4, 32, 32] as const;
    const cine = cineOf(shape);
    const together = await session.runCine(cine, shape);
    const size = 4 * 32 * 32;
    const alone = await session.runCine(cine.slice(size, 2 * size), [1, 4, 32, 32]);
    const second = (values: Float32Array): Float32Array =>
      values.slice(values.length / 3, (2 * values.length) / 3);
    expect(relativeDifference(second(together.motion), alone.motion)).to.be.below(1e-5);
    expect(relativeDifference(second(together.logits[0]), alone.logits[0])).to.be.below(1e-4);
  });

  it('runs many slices in groups with the same result', async () => {
    const shape = [20, 10, 80, 64] as const;
    const cine = cineOf(shape);
    const all = await session.runCine(cine, shape);
    const last = await session.runCine(cine.subarray(19 * 10 * 80 * 64), [1, 10, 80, 64]);
    const tail = all.logits[1].slice(-last.logits[1].length);
    expect(all.anatomy.length).to.equal(20 * 10 * 4 * 80 * 64);
    expect(relativeDifference(tail, last.logits[1])).to.be.below(1e-4);
  });

  it('gives the anatomy of single frames as the whole network does', async () => {
    const cine = cineOf([1, 3, 48, 32]);
    const { anatomy } = await session.runCine(cine, [1, 3, 48, 32]);
    const alone = await session.runAnatomy(cine, [3, 48, 32]);
    expect(relativeDifference(alone, anatomy)).to.be.below(1e-5);
  });

  it('agrees with the training model, whose BatchNorm is not folded', async () => {
    const shape = [2, 3, 32, 32] as const;
    const batch = smallBatch(shape);
    const parameters = smallParameters();
    const training = createOnnxTrainingEngine({ architecture: SMALL_ARCHITECTURE, parameters });
    const { losses } = await training.differentiate(batch, {
      ...RELEASED_SETTINGS,
      batchNorm: 'running',
    });
    await training.release();
    const { motion } = await session.runCine(batch.cine, shape);
    expect(losses.smoothness).to.be.closeTo(bending(motion, 32), 1e-4 * losses.smoothness);
  });

  it('takes the warped image as a fourth head input when the architecture says so', async () => {
    const architecture = { ...SMALL_ARCHITECTURE, hasTextureChannel: true };
    const parameters = smallParameters('texture', architecture);
    const textured = await openSession(
      { architecture, ...buildInferenceModels(architecture, parameters) },
      'cpu',
    );
    const { logits } = await textured.runCine(cineOf([1, 2, 32, 32]), [1, 2, 32, 32]);
    await textured.release();
    expect(logits[0].every(Number.isFinite)).to.equal(true);
  });

  it('refuses sizes that are no multiple of 16', async () => {
    const { message } = await failure(
      session.runCine(new Float32Array(2 * 100 * 96), [1, 2, 100, 96]),
      'shape-mismatch',
    );
    expect(message).to.equal(
      'cine, axis H of [N, T, H, W]: expected a multiple of 16, got 100; pad or crop the image',
    );
    await failure(session.runAnatomy(new Float32Array(96 * 90), [1, 96, 90]), 'shape-mismatch');
  });

  it('refuses values that are not as many as the shape says', async () => {
    const { message } = await failure(
      session.runAnatomy(new Float32Array(7), [1, 32, 32]),
      'shape-mismatch',
    );
    expect(message).to.include('expected 1024 values for shape [1, 32, 32], got 7');
  });

  it('refuses an empty batch', async () => {
    await failure(session.runCine(new Float32Array(0), [0, 5, 32, 32]), 'shape-mismatch');
  });

  it('says which parameter is missing', () => {
    expect(() => buildInferenceModels(RELEASED_ARCHITECTURE, new Map())).to.throw(
      RangeError,
      'no parameter encoder.1.conv1.weight',
    );
  });
});

/** Bending energy of square displacement fields, worked out without the network's operations. */
function bending(motion: Float32Array, size: number): number {
  let [sum, count] = [0, 0];
  for (let start = 0; start < motion.length; start += size * size) {
    const at = (y: number, x: number): number => motion[start + y * size + x];
    for (let y = 2; y < size - 2; y++)
      for (let x = 2; x < size - 2; x++) {
        const yy = (at(y + 2, x) - 2 * at(y, x) + at(y - 2, x)) / 4;
        const xx = (at(y, x + 2) - 2 * at(y, x) + at(y, x - 2)) / 4;
        const yx = (at(y + 1, x + 1) - at(y + 1, x - 1) - at(y - 1, x + 1) + at(y - 1, x - 1)) / 4;
        sum += yy * yy + xx * xx + 2 * yx * yx;
        count++;
      }
  }
  return sum / count;
}
