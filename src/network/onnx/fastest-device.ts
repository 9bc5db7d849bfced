// `auto`: every device is tried, and the fastest of a timed warm-up is taken.
import { messageOf, NodeError } from '../../errors.ts';
import type { Device } from '../session.ts';
import {
  type OpenModels,
  openModels,
  releaseModels,
  runAnatomy,
  runCine,
  type SessionSource,
} from './models.ts';

/** Models that are open, and why they are these. */
export interface ChosenModels {
  readonly models: OpenModels;
  readonly reason: string;
}

/** A device that opened both models, and what its second runs took. */
interface Candidate {
  readonly models: OpenModels;
  readonly anatomyMs: number;
  readonly cineMs: number;
}

/** Height and width of the warm-up's images: large enough for a GPU to show what it can do. */
const SIZE = 96;
const FRAMES = 2;

/** The second of two runs: the first compiles shaders and fills memory pools. */
async function secondRunMs(run: () => Promise<unknown>): Promise<number> {
  await run();
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/**
 * Times one device.
 *
 * @param limitMs - on a device that is slower than this on the small model the large one is not tried: a software
 *   adapter needs minutes for it
 */
async function tryDevice(
  source: SessionSource,
  device: Device,
  limitMs: number,
): Promise<Candidate> {
  const models = await openModels(source, device);
  try {
    const image = new Float32Array(SIZE * SIZE);
    const anatomyMs = await secondRunMs(() => runAnatomy(models, image, [1, SIZE, SIZE]));
    if (anatomyMs > limitMs)
      throw new NodeError(
        'engine-unavailable',
        `${anatomyMs.toFixed(0)} ms for the anatomy of one image, slower than the CPU`,
      );
    const cine = new Float32Array(FRAMES * SIZE * SIZE);
    const cineMs = await secondRunMs(() => runCine(models, cine, [1, FRAMES, SIZE, SIZE]));
    return { models, anatomyMs, cineMs };
  } catch (error) {
    await releaseModels(models);
    throw error;
  }
}

/** How many times slower than the CPU on the small model a device may be and yet be tried on the large one. */
const PATIENCE = 10;

/**
 * Tries cpu, webgpu and cuda.
 *
 * @throws {NodeError} `engine-unavailable` when none of them works
 */
export async function fastestDevice(source: SessionSource): Promise<ChosenModels> {
  const candidates: Candidate[] = [];
  const remarks: string[] = [];
  for (const device of ['cpu', 'webgpu', 'cuda'] as const)
    try {
      const slowest = (candidates.at(0)?.anatomyMs ?? Number.POSITIVE_INFINITY) * PATIENCE;
      const candidate = await tryDevice(source, device, slowest);
      candidates.push(candidate);
      remarks.push(`${device} took ${candidate.cineMs.toFixed(0)} ms`);
    } catch (error) {
      remarks.push(`not ${device} (${messageOf(error)})`);
    }
  const [best, ...others] = candidates.toSorted((a, b) => a.cineMs - b.cineMs);
  for (const { models } of others) await releaseModels(models);
  const found = remarks.join('; ');
  if (candidates.length === 0)
    throw new NodeError('engine-unavailable', `no device works: ${found}`);
  const { models } = best;
  return { models, reason: `${models.device}, the fastest of a warm-up run: ${found}` };
}
