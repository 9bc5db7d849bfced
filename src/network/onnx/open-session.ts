// Opens a network for inference on the device that is asked for or that is fastest.
import { RESOLUTIONS } from '../architecture.ts';
import type { CineMyopsSession, CineShape, DeviceChoice, ImagesShape } from '../session.ts';
import { checkInputShape } from '../session.ts';
import { type ChosenModels, fastestDevice } from './fastest-device.ts';
import { MODEL_VALUES } from './inference-models.ts';
import {
  openModels,
  type Outputs,
  releaseModels,
  runAnatomy,
  runCine,
  type SessionSource,
} from './models.ts';

async function choose(source: SessionSource, choice: DeviceChoice): Promise<ChosenModels> {
  if (choice === 'auto') return fastestDevice(source);
  return { models: await openModels(source, choice), reason: `${choice}, as configured` };
}

/** Pixels of all frames that go through the network at once: about 0.7 GB of memory at the released widths. */
const PIXELS_PER_RUN = 34 * 128 * 128;

/**
 * Runs samples in groups, so that memory does not grow with the number of slices.
 *
 * @param pixels - of all frames of one sample
 */
async function inGroups(
  values: Float32Array,
  { samples, pixels }: { readonly samples: number; readonly pixels: number },
  run: (part: Float32Array, count: number) => Promise<Outputs>,
): Promise<Outputs> {
  const group = Math.max(1, Math.floor(PIXELS_PER_RUN / pixels));
  const parts: Outputs[] = [];
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
