// The two models of a network on one device.
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { NodeError } from '../../errors.ts';
import { printable } from '../../quoted.ts';
import type { Architecture } from '../architecture.ts';
import type { CineShape, Device, ImagesShape } from '../session.ts';
import { createSession } from './device.ts';
import { MODEL_VALUES } from './inference-models.ts';

/** The two models of a network, as bytes or as paths of .onnx files. */
export interface SessionSource {
  readonly architecture: Architecture;
  readonly anatomy: Uint8Array | string;
  readonly cinemyops: Uint8Array | string;
}

export interface OpenModels {
  readonly device: Device;
  readonly anatomy: InferenceSession;
  readonly cinemyops: InferenceSession;
}

/** The one input of each model. */
const INPUTS = { anatomy: MODEL_VALUES.images, cinemyops: MODEL_VALUES.cine } as const;

/** Outputs by name. */
export type Outputs = Readonly<Record<string, Float32Array>>;

/**
 * @throws {NodeError} `engine-unavailable` when the device cannot be used
 * @throws {NodeError} `model-invalid` when a model takes another input than it should, as the other of the two does
 */
export async function openModels(source: SessionSource, device: Device): Promise<OpenModels> {
  const anatomy = await openModel(source, 'anatomy', device);
  try {
    return { device, anatomy, cinemyops: await openModel(source, 'cinemyops', device) };
  } catch (error) {
    await anatomy.release();
    throw error;
  }
}

async function openModel(
  source: SessionSource,
  name: keyof typeof INPUTS,
  device: Device,
): Promise<InferenceSession> {
  const session = await createSession(source[name], device);
  if (session.inputNames.join() === INPUTS[name]) return session;
  await session.release();
  throw new NodeError(
    'model-invalid',
    `${name}.onnx: expected a network with the input ${INPUTS[name]}, got ${printable(session.inputNames.join(', '))}; copy the model's folder anew from where it was made`,
  );
}

export async function releaseModels({ anatomy, cinemyops }: OpenModels): Promise<void> {
  await anatomy.release();
  await cinemyops.release();
}

async function floats(session: InferenceSession, feeds: InferenceSession.FeedsType) {
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => {
      if (data instanceof Float32Array) return [name, data];
      throw new NodeError('model-invalid', `model output ${name}: expected float32 values`);
    }),
  );
}

export function runCine(
  models: OpenModels,
  cine: Float32Array,
  shape: CineShape,
): Promise<Outputs> {
  return floats(models.cinemyops, { [MODEL_VALUES.cine]: new Tensor('float32', cine, shape) });
}

export function runAnatomy(
  models: OpenModels,
  images: Float32Array,
  [n, h, w]: ImagesShape,
): Promise<Outputs> {
  const tensor = new Tensor('float32', images, [n, 1, h, w]);
  return floats(models.anatomy, { [MODEL_VALUES.images]: tensor });
}
