// The engine that makes the steps: onnxruntime everywhere, TensorFlow.js where it is installed.
import { messageOf } from '../errors.ts';
import type { Architecture } from '../network/architecture.ts';
import { createOnnxTrainingEngine } from '../network/onnx/training-engine.ts';
import type { Device } from '../network/session.ts';
import type { TrainingEngine, TrainingState } from '../network/training-step.ts';

export const ENGINE_CHOICES = ['auto', 'onnxruntime', 'tensorflow'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

export interface EngineOptions {
  /** `auto`: TensorFlow.js when it has a GPU, else onnxruntime. */
  readonly engine: EngineChoice;
  /** For onnxruntime. */
  readonly device: Device;
  /** Told in a sentence what was chosen and why. */
  readonly report: (text: string) => void;
}

/**
 * Opens a network for training.
 *
 * @throws {NodeError} `engine-unavailable` when the engine asked for cannot be used
 */
export async function openTrainingEngine(
  architecture: Architecture,
  start: TrainingState,
  { engine, device, report }: EngineOptions,
): Promise<TrainingEngine> {
  if (engine === 'onnxruntime') return createOnnxTrainingEngine({ architecture, ...start }, device);
  // Loaded on demand: it is large, and its native packages are optional.
  const { openTensorflowTraining } = await import('../network/tensorflow/training-engine.ts');
  if (engine === 'tensorflow') return openTensorflowTraining({ architecture, ...start });
  try {
    return await openTensorflowTraining({ architecture, ...start }, 'gpu');
  } catch (error) {
    report(`onnxruntime is used, because TensorFlow.js has no GPU here: ${messageOf(error)}`);
    return createOnnxTrainingEngine({ architecture, ...start }, device);
  }
}
