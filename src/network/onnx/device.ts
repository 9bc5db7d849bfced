// Which device a network runs on, found by trying.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { messageOf, NodeError } from '../../errors.ts';
import type { Device } from '../session.ts';
import { sessionOptions } from './run-options.ts';

/** What to do when a device cannot be used. */
const REMEDY: Readonly<Record<Device, string>> = {
  cpu: 'reinstall with `npm ci`',
  webgpu: 'install a Vulkan driver for the GPU (and libvulkan1), or choose device cpu',
  cuda:
    'install the provider with `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node` ' +
    '(it needs an NVIDIA driver, CUDA 12 and cuDNN 9), or choose device cpu',
};

function unavailable(device: Device, got: string, cause?: unknown): NodeError {
  const message = `device ${device}: expected onnxruntime to open the model, got "${got}"; ${REMEDY[device]}`;
  return new NodeError('engine-unavailable', message, { cause });
}

/** Looked for first, because onnxruntime itself writes to stderr in red when it is missing. */
function hasCudaProvider(): boolean {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  const folder = join(dirname(main), '../bin/napi-v6', process.platform, process.arch);
  const names = ['libonnxruntime_providers_cuda.so', 'onnxruntime_providers_cuda.dll'];
  return names.some((name) => existsSync(join(folder, name)));
}

/**
 * Opens a model on one device.
 *
 * @param model - the bytes of an .onnx file, or its path
 * @throws {NodeError} `engine-unavailable` when the device cannot be used, saying what to install
 */
export async function createSession(
  model: Uint8Array | string,
  device: Device,
): Promise<InferenceSession> {
  if (device === 'cuda' && !hasCudaProvider())
    throw unavailable(device, 'its CUDA provider is not installed');
  const options = sessionOptions(device);
  try {
    return typeof model === 'string'
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  } catch (cause) {
    throw unavailable(device, firstSentence(cause), cause);
  }
}

/** onnxruntime puts source paths before and stack traces after the sentence that matters. */
function firstSentence(cause: unknown): string {
  const text = messageOf(cause).split('\n')[0];
  const afterSource = text.split(' was false. ').at(-1) ?? text;
  return afterSource.trim().slice(0, 200);
}
