// The network against the authors' PyTorch: outputs, losses and gradients of one set of reference vectors.
// PARITY_DIR names another set; ../shared/parity/README.md tells the layout.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { z } from 'zod';
import type { DenseArray } from '../../src/network/arrays/dense-array.ts';
import { readFloat32Npy, readNpy } from '../../src/network/arrays/npy.ts';
import { authorsKey } from '../../src/network/checkpoint/authors-key.ts';
import {
  importCheckpoint,
  type ImportedNetwork,
} from '../../src/network/checkpoint/import-checkpoint.ts';
import { buildInferenceModels } from '../../src/network/onnx/inference-models.ts';
import { openSession } from '../../src/network/onnx/open-session.ts';
import { createOnnxTrainingEngine } from '../../src/network/onnx/training-engine.ts';
import type { NamedParameters } from '../../src/network/parameters.ts';
import { openTensorflowSession } from '../../src/network/tensorflow/open-session.ts';
import { openTensorflowTraining } from '../../src/network/tensorflow/training-engine.ts';
import type { CineMyopsSession, CineOutputs } from '../../src/network/session.ts';
import { FULL_ANNOTATION } from '../../src/network/targets.ts';
import type {
  LossAndGradients,
  TrainingBatch,
  TrainingEngine,
  TrainingSettings,
} from '../../src/network/training-step.ts';
import { RELEASED_SETTINGS } from '../../src/network/training-step.ts';
import { createRandom } from '../../src/random.ts';
import { relativeDifference } from '../support/run-graph.ts';

const folder =
  process.env.PARITY_DIR ?? join(dirname(fileURLToPath(import.meta.url)), '../../../shared/parity');

interface Engine {
  readonly name: string;
  readonly openSession: (network: ImportedNetwork) => Promise<CineMyopsSession>;
  readonly openTraining: (network: ImportedNetwork) => Promise<TrainingEngine>;
}

const ENGINES: readonly Engine[] = [
  {
    name: 'onnxruntime',
    openSession: ({ architecture, parameters }) =>
      openSession({ architecture, ...buildInferenceModels(architecture, parameters) }, 'cpu'),
    openTraining: (network) => Promise.resolve(createOnnxTrainingEngine(network)),
  },
  {
    name: 'TensorFlow.js',
    openSession: (network) => openTensorflowSession(network),
    openTraining: (network) => openTensorflowTraining(network),
  },
];

/** Those that the authors' network is trained by. */
const LOSSES = ['motion', 'consistency', 'smoothness', 'anatomy', 'pathology', 'total'] as const;

const manifestSchema = z.object({
  sampledFrames: z.array(z.number().int()),
  deepSupervisionWeights: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  losses: z.record(z.enum(LOSSES), z.number()),
  gradients: z.record(z.string(), z.string()),
});

/** As README.md of the vectors asks. */
const TOLERANCE = { output: 1e-4, loss: 1e-4, gradient: 1e-3 } as const;

/** Neighbours that tell how far float32 rounding alone moves a gradient. */
const ROUNDINGS = 4;

/** However sensitive a gradient is, a mistake in a rule of differentiation moves it by more than this. */
const LARGEST_ROUNDING = 0.3;

function npy(name: string): DenseArray<Float32Array> {
  return readFloat32Npy(readFileSync(join(folder, `${name}.npy`)), name);
}

/** `[B, C, T, H, W]` of the vectors as `[N, T, C, H, W]`. */
function framesFirst({ shape, values }: DenseArray<Float32Array>): Float32Array {
  const [b, c, t, h, w] = shape;
  const size = h * w;
  const moved = new Float32Array(values.length);
  for (let i = 0; i < b * c * t; i++) {
    const [sample, channel, frame] = [Math.floor(i / (c * t)), Math.floor(i / t) % c, i % t];
    moved.set(
      values.subarray(i * size, (i + 1) * size),
      ((sample * t + frame) * c + channel) * size,
    );
  }
  return moved;
}

/** The centre z tap of a head kernel `[O, I, z, y, x]`; anything else as it is. */
function planar({ shape, values }: DenseArray<Float32Array>): Float32Array {
  if (shape.length < 5) return values;
  const [depth, plane] = [shape[2], shape[3] * shape[4]];
  const tap = Math.floor(depth / 2);
  return values.filter((_, i) => Math.floor(i / plane) % depth === tap);
}

/** |a - b| / |b|. */
function normDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).to.equal(b.length);
  const norm = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, i) => value - b[i])) / norm(b);
}

/** Every weight moved by at most its last digit. */
function rounded(parameters: NamedParameters, seed: number): NamedParameters {
  const random = createRandom(`rounding ${seed}`);
  return new Map(
    [...parameters].map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((value) => value * (1 + random.uniform([-1, 1]) * 2 ** -23)) },
    ]),
  );
}

/** The gradient under the name that the checkpoint has for it. */
function gradientOf({ gradients }: LossAndGradients, key: string): Float32Array {
  for (const [name, { values }] of gradients) if (authorsKey(name) === key) return values;
  throw new Error(`no gradient for ${key}`);
}

describe('parity with the authors’ PyTorch network', function () {
  // TensorFlow.js without its native packages takes seconds a GFLOP.
  this.timeout(1_800_000);
  let network: ImportedNetwork;
  let manifest: z.infer<typeof manifestSchema>;
  let batch: TrainingBatch;
  let settings: TrainingSettings;
  /** Largest difference of a gradient, by the checkpoint's name, among networks that differ by rounding. */
  let roundings: ReadonlyMap<string, number>;

  before(async function () {
    if (!existsSync(join(folder, 'manifest.json'))) {
      console.log(`    skipped: no reference vectors in ${folder}`);
      this.skip();
    }
    manifest = manifestSchema.parse(
      JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')),
    );
    network = importCheckpoint(readFileSync(join(folder, 'checkpoint.model')));
    const cine = npy('cine');
    const [n, t, , h, w] = cine.shape;
    const labels = readNpy(readFileSync(join(folder, 'label.npy')), 'label');
    batch = {
      shape: [n, t, h, w],
      cine: cine.values,
      labels: Uint8Array.from(labels.values, Number),
      annotations: Array.from({ length: n }, () => FULL_ANNOTATION),
      sampledFrames: Array.from({ length: n }, () => manifest.sampledFrames),
    };
    const deepSupervision = manifest.deepSupervisionWeights;
    settings = { ...RELEASED_SETTINGS, batchNorm: 'running', deepSupervision };
    roundings = await roundingDifferences();
  });

  // Rectifiers and InstanceNorm make gradients jump where float32 rounds another way: with weights that differ in
  // the last digit alone the same program moves by as much as 1e-2. A gradient has to be within 1e-3, or within
  // three times what such neighbours differ by (docs/decisions/0008); a mistake in a rule is far outside of both. How
  // sensitive the network is does not depend on the engine, so the fastest measures it.
  async function roundingDifferences(): Promise<ReadonlyMap<string, number>> {
    const gradients = async (parameters: NamedParameters): Promise<LossAndGradients> => {
      const training = await ENGINES[0].openTraining({ ...network, parameters });
      const result = await training.differentiate(batch, settings);
      await training.release();
      return result;
    };
    const exact = await gradients(network.parameters);
    const largest = new Map<string, number>();
    for (let seed = 0; seed < ROUNDINGS; seed++) {
      const near = await gradients(rounded(network.parameters, seed));
      for (const key of Object.values(manifest.gradients)) {
        const difference = normDifference(gradientOf(near, key), gradientOf(exact, key));
        largest.set(key, Math.max(largest.get(key) ?? 0, difference));
      }
    }
    return largest;
  }

  for (const engine of ENGINES)
    describe(engine.name, () => {
      let outputs: CineOutputs;
      let result: LossAndGradients;

      before(async () => {
        const session = await engine.openSession(network);
        outputs = await session.runCine(batch.cine, batch.shape);
        await session.release();
        const training = await engine.openTraining(network);
        result = await training.differentiate(batch, settings);
        await training.release();
      });

      it('gives the same motion and anatomy', () => {
        for (const name of ['motion', 'anatomy'] as const)
          expect(relativeDifference(outputs[name], framesFirst(npy(name))), name).to.be.below(
            TOLERANCE.output,
          );
      });

      it('gives the same logits at every resolution', () => {
        outputs.logits.forEach((logits, k) => {
          const expected = npy(`logits_${k}`).values;
          expect(relativeDifference(logits, expected), `logits_${k}`).to.be.below(TOLERANCE.output);
        });
      });

      it('gives the same losses', () => {
        for (const name of LOSSES) {
          const expected = manifest.losses[name];
          const difference = Math.abs(result.losses[name] / expected - 1);
          expect(difference, name).to.be.below(TOLERANCE.loss);
        }
      });

      it('gives the same gradients', () => {
        for (const [file, key] of Object.entries(manifest.gradients)) {
          const expected = planar(npy(`gradients/${file.replace(/\.npy$/, '')}`));
          const rounding = Math.min(LARGEST_ROUNDING, 3 * (roundings.get(key) ?? 0));
          const tolerance = Math.max(TOLERANCE.gradient, rounding);
          expect(normDifference(gradientOf(result, key), expected), key).to.be.below(tolerance);
        }
      });
    });
});
