// The two models of a network on one device.
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { NodeError } from '../../errors.ts';
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

/** Outputs by name. */
export type Outputs = Readonly<Record<string, Float32Array>>;

/** @throws {NodeError} `engine-unavailable` when the device cannot be used */
export async function openModels(source: SessionSource, device: Device): Promise<OpenModels> {
  const anatomy = await createSession(source.anatomy, device);
  try {
    return { device, anatomy, cinemyops: await createSession(source.cinemyops, device) };
  } catch (error) {
    await anatomy.release();
    throw error;
  }
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
