// Opens a network for inference on the device that is asked for or that is fastest.
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, NodeError } from '../../errors.ts';
import type { Architecture } from '../architecture.ts';
import { RESOLUTIONS } from '../architecture.ts';
import type { CineMyopsSession, CineShape, Device, DeviceChoice, ImagesShape } from '../session.ts';
import { checkInputShape } from '../session.ts';
import { createSession } from './device.ts';
import { MODEL_VALUES } from './inference-models.ts';

/** The two models of a network, as bytes or as paths of .onnx files. */
export interface SessionSource {
  readonly architecture: Architecture;
  readonly anatomy: Uint8Array | string;
  readonly cinemyops: Uint8Array | string;
}

interface OpenModels {
  readonly device: Device;
  readonly anatomy: InferenceSession;
  readonly cinemyops: InferenceSession;
}

/** A device that opened both models, with the time of its second warm-up run. */
interface Candidate {
  readonly models: OpenModels;
  readonly warmUpMs: number;
}

/** Long enough to tell a GPU from its software stand-in, short enough for every start. */
const WARM_UP_SHAPE: CineShape = [1, 2, 96, 96];

async function openModels(source: SessionSource, device: Device): Promise<OpenModels> {
  const anatomy = await createSession(source.anatomy, device);
  try {
    return { device, anatomy, cinemyops: await createSession(source.cinemyops, device) };
  } catch (error) {
    await anatomy.release();
    throw error;
  }
}

async function releaseModels({ anatomy, cinemyops }: OpenModels): Promise<void> {
  await anatomy.release();
  await cinemyops.release();
}

async function floats(
  session: InferenceSession,
  feeds: InferenceSession.FeedsType,
): Promise<Record<string, Float32Array>> {
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => {
      if (data instanceof Float32Array) return [name, data];
      throw new NodeError('model-invalid', `model output ${name}: expected float32 values`);
    }),
  );
}

function runCine(models: OpenModels, cine: Float32Array, shape: CineShape) {
  const tensor = new Tensor('float32', cine, shape);
  return floats(models.cinemyops, { [MODEL_VALUES.cine]: tensor });
}

function runAnatomy(models: OpenModels, images: Float32Array, [n, h, w]: ImagesShape) {
  const tensor = new Tensor('float32', images, [n, 1, h, w]);
  return floats(models.anatomy, { [MODEL_VALUES.images]: tensor });
}

/** The second of two runs: the first compiles shaders and fills memory pools. */
async function warmUpMs(models: OpenModels): Promise<number> {
  const cine = new Float32Array(WARM_UP_SHAPE.reduce((product, size) => product * size, 1));
  await runCine(models, cine, WARM_UP_SHAPE);
  const start = performance.now();
  await runCine(models, cine, WARM_UP_SHAPE);
  return performance.now() - start;
}

async function tryDevice(source: SessionSource, device: Device): Promise<Candidate> {
  const models = await openModels(source, device);
  try {
    return { models, warmUpMs: await warmUpMs(models) };
  } catch (error) {
    await releaseModels(models);
    throw error;
  }
}

/** Every device is tried; a software adapter loses because it is timed like the others. */
async function fastest(source: SessionSource): Promise<{ models: OpenModels; reason: string }> {
  const candidates: Candidate[] = [];
  const remarks: string[] = [];
  for (const device of ['cuda', 'webgpu', 'cpu'] as const)
    try {
      const candidate = await tryDevice(source, device);
      candidates.push(candidate);
      remarks.push(`${device} took ${candidate.warmUpMs.toFixed(0)} ms`);
    } catch (error) {
      remarks.push(`no ${device} (${messageOf(error)})`);
    }
  const [best, ...others] = candidates.toSorted((a, b) => a.warmUpMs - b.warmUpMs);
  await Promise.all(others.map(({ models }) => releaseModels(models)));
  const found = remarks.join('; ');
  if (candidates.length === 0)
    throw new NodeError('engine-unavailable', `no device works: ${found}`);
  return {
    models: best.models,
    reason: `${best.models.device}, the fastest of a warm-up run: ${found}`,
  };
}

async function choose(source: SessionSource, choice: DeviceChoice) {
  if (choice === 'auto') return fastest(source);
  return { models: await openModels(source, choice), reason: `${choice}, as configured` };
}

/** Pixels of all frames that go through the network at once: about 1 GB of memory at the released widths. */
const PIXELS_PER_RUN = 34 * 128 * 128;

/**
 * Runs samples in groups, so that memory does not grow with the number of slices.
 *
 * @param pixels - of all frames of one sample
 */
async function inGroups(
  values: Float32Array,
  { samples, pixels }: { readonly samples: number; readonly pixels: number },
  run: (part: Float32Array, count: number) => Promise<Record<string, Float32Array>>,
): Promise<Record<string, Float32Array>> {
  const group = Math.max(1, Math.floor(PIXELS_PER_RUN / pixels));
  const parts: Record<string, Float32Array>[] = [];
  for (let first = 0; first < samples; first += group) {
    const count = Math.min(group, samples - first);
    parts.push(await run(values.subarray(first * pixels, (first + count) * pixels), count));
  }
  const names = Object.keys(parts[0]);
  return Object.fromEntries(names.map((name) => [name, joined(parts.map((part) => part[name]))]));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((total, { length }) => total + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/**
 * Opens a network for inference.
 *
 * @param choice - `auto` tries every device with a timed warm-up and takes the fastest
 * @throws {NodeError} `engine-unavailable` when the device cannot be used, saying what to install
 */
export async function openSession(
  source: SessionSource,
  choice: DeviceChoice = 'auto',
): Promise<CineMyopsSession> {
  const { models, reason } = await choose(source, choice);
  return {
    device: models.device,
    deviceReason: reason,
    architecture: source.architecture,
    async runAnatomy(images: Float32Array, shape: ImagesShape) {
      checkInputShape('images', images, shape);
      const [samples, h, w] = shape;
      const results = await inGroups(images, { samples, pixels: h * w }, (part, n) =>
        runAnatomy(models, part, [n, h, w]),
      );
      return results[MODEL_VALUES.anatomy];
    },
    async runCine(cine: Float32Array, shape: CineShape) {
      checkInputShape('cine', cine, shape);
      const [samples, t, h, w] = shape;
      const results = await inGroups(cine, { samples, pixels: t * h * w }, (part, n) =>
        runCine(models, part, [n, t, h, w]),
      );
      return {
        motion: results[MODEL_VALUES.motion],
        anatomy: results[MODEL_VALUES.anatomy],
        logits: Array.from({ length: RESOLUTIONS }, (_, k) => results[MODEL_VALUES.logits(k)]),
      };
    },
    release: () => releaseModels(models),
  };
}
