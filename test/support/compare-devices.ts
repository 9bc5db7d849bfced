// Runs the small network on the CPU and on WebGPU and prints, as JSON, how far they differ and what `auto` takes.
import { buildInferenceModels } from '../../src/network/onnx/inference-models.ts';
import { openSession } from '../../src/network/onnx/open-session.ts';
import type { CineShape, Device } from '../../src/network/session.ts';
import { createRandom } from '../../src/random.ts';
import { relativeDifference } from './run-graph.ts';
import { SMALL_ARCHITECTURE, smallParameters, waves } from './small-network.ts';

const SHAPE: CineShape = [1, 2, 32, 48];

const source = {
  architecture: SMALL_ARCHITECTURE,
  ...buildInferenceModels(SMALL_ARCHITECTURE, smallParameters()),
};

/** Every output: anatomy of single frames, anatomy, motion and four logits. */
async function outputs(device: Device): Promise<Float32Array[]> {
  const [n, t, h, w] = SHAPE;
  const cine = waves(SHAPE, createRandom('devices'));
  const session = await openSession(source, device);
  const frames = await session.runAnatomy(cine, [n * t, h, w]);
  const { motion, anatomy, logits } = await session.runCine(cine, SHAPE);
  await session.release();
  return [frames, anatomy, motion, ...logits];
}

const [cpu, webgpu] = [await outputs('cpu'), await outputs('webgpu')];
const differences = cpu.map((expected, i) => relativeDifference(webgpu[i], expected));
const session = await openSession(source, 'auto');
const { device: auto, deviceReason: reason } = session;
await session.release();
console.log(JSON.stringify({ differences, auto, reason }));
