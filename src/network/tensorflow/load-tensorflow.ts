// Which TensorFlow.js backend runs: native with a GPU, native, or pure JavaScript.
import * as tf from '@tensorflow/tfjs-core';
// tfjs-layers is imported for its effect: it registers the gradient of every operation.
import '@tensorflow/tfjs-layers';
import { NodeError, messageOf } from '../../errors.ts';
import { registerCpuKernels } from './cpu-kernels.ts';

export type TensorflowBackend = 'gpu' | 'native' | 'javascript';

/** A backend, or `auto`: the first that loads. */
export type TensorflowChoice = TensorflowBackend | 'auto';

export interface LoadedTensorflow {
  readonly backend: TensorflowBackend;
  /** A sentence: what is in use and why. */
  readonly reason: string;
}

interface Candidate {
  readonly backend: TensorflowBackend;
  readonly packageName: string;
  /** Name that the package registers with TensorFlow.js. */
  readonly registeredName: string;
}

const CANDIDATES: readonly Candidate[] = [
  { backend: 'gpu', packageName: '@tensorflow/tfjs-node-gpu', registeredName: 'tensorflow' },
  { backend: 'native', packageName: '@tensorflow/tfjs-node', registeredName: 'tensorflow' },
  { backend: 'javascript', packageName: '@tensorflow/tfjs-backend-cpu', registeredName: 'cpu' },
];

/**
 * Loads the backend that is asked for and makes it TensorFlow.js' own.
 *
 * @throws {NodeError} `engine-unavailable` with the command that installs what is missing
 */
export async function loadTensorflow(choice: TensorflowChoice): Promise<LoadedTensorflow> {
  // Without it, TensorFlow.js advertises its native packages and warns on the console.
  tf.enableProdMode();
  const misses: string[] = [];
  for (const candidate of CANDIDATES) {
    if (choice !== 'auto' && choice !== candidate.backend) continue;
    const problem = await tryBackend(candidate);
    if (problem === undefined)
      return { backend: candidate.backend, reason: reasonOf(candidate, misses) };
    misses.push(`${candidate.packageName} ${problem}`);
  }
  throw new NodeError(
    'engine-unavailable',
    `TensorFlow.js cannot run as '${choice}': ${misses.join('; ')}. ` +
      'Install it with: npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0 (NVIDIA GPU with CUDA 11.8 ' +
      'and cuDNN 8.6) or npm install --no-save @tensorflow/tfjs-node@4.22.0; or choose engine onnxruntime.',
  );
}

/** @returns what is wrong, or undefined when the backend is in use */
async function tryBackend(candidate: Candidate): Promise<string | undefined> {
  try {
    // The name is not a literal because the native packages are optional.
    await import(candidate.packageName);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    return isMissing ? 'is not installed' : `does not load (${firstLine(messageOf(error))})`;
  }
  if (candidate.backend === 'javascript') registerCpuKernels();
  if (await tf.setBackend(candidate.registeredName)) return undefined;
  return `does not start its backend '${candidate.registeredName}'`;
}

function reasonOf({ packageName }: Candidate, misses: readonly string[]): string {
  if (misses.length === 0) return `TensorFlow.js runs on ${packageName}.`;
  return `TensorFlow.js runs on ${packageName}, because ${misses.join(' and ')}.`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0];
}
