// A network that is ready to run, whichever engine and device run it.
import type { Architecture } from './architecture.ts';
import { SIZE_MULTIPLE } from './architecture.ts';
import { NodeError } from '../errors.ts';

/** Where a network runs. */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/** A device, or `auto`: whichever a timed warm-up shows to be fastest. */
export type DeviceChoice = Device | 'auto';

export const DEVICE_CHOICES: readonly DeviceChoice[] = ['auto', 'cpu', 'webgpu', 'cuda'];

export type ImagesShape = readonly [n: number, h: number, w: number];
export type CineShape = readonly [n: number, t: number, h: number, w: number];

export interface CineOutputs {
  /** `[N, T, 2, H, W]`: displacement from the ED grid to frame t, channel 0 = y, normalised units. */
  readonly motion: Float32Array;
  /** `[N, T, 4, H, W]`: probabilities of background, myocardium, LV blood, RV blood. */
  readonly anatomy: Float32Array;
  /** `[N, 5, H / 2^k, W / 2^k]`, k = 0..3: background, myocardium, LV blood, scar, edema; mean over frames. */
  readonly logits: readonly Float32Array[];
}

/** Holds the network's memory until it is released. */
export interface CineMyopsSession {
  readonly device: Device;
  /** A sentence: what is in use and why. */
  readonly deviceReason: string;
  readonly architecture: Architecture;
  /**
   * Anatomy of single frames.
   *
   * @param images - `[N, H, W]`, z-scored per image
   * @returns probabilities `[N, 4, H, W]`
   * @throws {NodeError} `shape-mismatch` when H or W is no multiple of 16, or the values are not as many as the shape says
   */
  runAnatomy(images: Float32Array, shape: ImagesShape): Promise<Float32Array>;
  /**
   * The whole network.
   *
   * @param cine - `[N, T, H, W]`, z-scored per frame, frame 0 = end diastole
   * @throws {NodeError} `shape-mismatch` as for `runAnatomy`
   */
  runCine(cine: Float32Array, shape: CineShape): Promise<CineOutputs>;
  release(): Promise<void>;
}

/** @throws {NodeError} `shape-mismatch` naming tensor, axis, expected and got */
export function checkInputShape(
  tensor: string,
  values: Float32Array,
  shape: ImagesShape | CineShape,
): void {
  const axes = shape.length === 4 ? ['N', 'T', 'H', 'W'] : ['N', 'H', 'W'];
  shape.forEach((size, i) => {
    const multiple = axes[i] === 'H' || axes[i] === 'W' ? SIZE_MULTIPLE : 1;
    if (Number.isInteger(size) && size > 0 && size % multiple === 0) return;
    const expected = multiple === 1 ? 'a positive whole number' : `a multiple of ${multiple}`;
    throw new NodeError(
      'shape-mismatch',
      `${tensor}, axis ${axes[i]} of [${axes.join(', ')}]: expected ${expected}, got ${size}; pad or crop the image`,
    );
  });
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected)
    throw new NodeError(
      'shape-mismatch',
      `${tensor}: expected ${expected} values for shape [${shape.join(', ')}], got ${values.length}`,
    );
}
