// From tissue signal to pixel values: blur in time and space, coils, ghosts, noise, scale.
import type { Appearance } from './appearance.ts';
import { coilBias } from './coil-bias.ts';
import type { Random } from '../random.ts';
import type { RenderedSlice } from './render-slice.ts';
import type { PixelBox } from './slice-view.ts';
import type { ScanPlan } from './scan.ts';
import type { Subject } from './subject.ts';

/** Edge of the square of complex noise that frames are covered with. */
const TILE = 160;

/** Width of a blur: the fewest taps that hold the kernel's main lobe and first side lobe. */
const REACH = 4;

/** Kernel of k-space cut at a share of its width, tapered: 1 + 2 REACH taps, sum 1. */
export function spreadKernel(cutoff: number, taper: number): Float32Array {
  const kernel = new Float32Array(2 * REACH + 1);
  let sum = 0;
  for (let i = -REACH; i <= REACH; i++) {
    const x = Math.PI * i * cutoff;
    const lobe = i === 0 ? 1 : Math.sin(x) / x;
    const along = i / (REACH + 1);
    const window = (0.5 + 0.5 * Math.cos(Math.PI * along)) ** (0.3 + 1.7 * taper);
    kernel[i + REACH] = lobe * window;
    sum += lobe * window;
  }
  return kernel.map((tap) => tap / sum);
}

/** An image and its size. */
interface Image {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Blur along rows, then along columns, the border held. */
function spread(image: Image, kernels: readonly [Float32Array, Float32Array]): Float32Array {
  const { values, rows, columns } = image;
  const along = new Float32Array(values.length);
  const both = new Float32Array(values.length);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = -REACH; k <= REACH; k++) {
        const from = x + k < 0 ? 0 : x + k >= columns ? columns - 1 : x + k;
        sum += kernels[0][k + REACH] * values[y * columns + from];
      }
      along[y * columns + x] = sum;
    }
  for (let y = 0; y < rows; y++)
    for (let k = -REACH; k <= REACH; k++) {
      const from = (y + k < 0 ? 0 : y + k >= rows ? rows - 1 : y + k) * columns;
      const tap = kernels[1][k + REACH];
      for (let x = 0; x < columns; x++) both[y * columns + x] += tap * along[from + x];
    }
  return both;
}

/** A square of noise as sharp as the image, standard deviation 1. */
function noiseTile(random: Random, kernels: readonly [Float32Array, Float32Array]): Float32Array {
  const white = new Float32Array(TILE * TILE);
  for (let i = 0; i < white.length; i++) white[i] = random.normal();
  const tile = spread({ values: white, rows: TILE, columns: TILE }, kernels);
  const scale = Math.sqrt(tile.reduce((sum, v) => sum + v * v, 0) / tile.length);
  return tile.map((v) => v / scale);
}

/** The box of phase t with its neighbours in time mixed in. */
function blurredInTime(slice: RenderedSlice, plan: ScanPlan, t: number): Float32Array {
  const size = slice.moving.length / plan.phases;
  const frame = (phase: number): Float32Array => {
    const p = (phase + plan.phases) % plan.phases;
    return slice.moving.subarray(p * size, (p + 1) * size);
  };
  // A box of the footprint's width over frames one apart has this variance, in frames.
  const side = plan.temporalBlur ** 2 / 24;
  const [before, now, after] = [frame(t - 1), frame(t), frame(t + 1)];
  return now.map((v, i) => v * (1 - 2 * side) + side * (before[i] + after[i]));
}

/** Puts the sharpened or blurred box into a copy of the chest without motion. */
function compose(
  chest: { readonly sharp: Float32Array; readonly soft: Float32Array },
  moving: Float32Array,
  scene: {
    readonly box: PixelBox;
    readonly plan: ScanPlan;
    readonly kernels: readonly [Float32Array, Float32Array];
  },
): Float32Array {
  const { box, plan, kernels } = scene;
  const frame = chest.soft.slice();
  const top = Math.max(0, box.top - 2 * REACH);
  const bottom = Math.min(plan.rows, box.bottom + 2 * REACH);
  const left = Math.max(0, box.left - 2 * REACH);
  const right = Math.min(plan.columns, box.right + 2 * REACH);
  const [rows, columns] = [bottom - top, right - left];
  const width = box.right - box.left;
  if (width === 0) return frame;
  const values = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const from = (y + top) * plan.columns + left;
    values.set(chest.sharp.subarray(from, from + columns), y * columns);
  }
  for (let y = box.top; y < box.bottom; y++) {
    const from = (y - box.top) * width;
    values.set(moving.subarray(from, from + width), (y - top) * columns + box.left - left);
  }
  const soft = spread({ values, rows, columns }, kernels);
  // The outermost pixels of the window saw its held border; the still chest is right there.
  const inner = (edge: number, end: number): number => (edge === 0 || edge === end ? 0 : REACH);
  for (let y = inner(top, 0); y < rows - inner(bottom, plan.rows); y++) {
    const first = inner(left, 0);
    const last = columns - inner(right, plan.columns);
    frame.set(
      soft.subarray(y * columns + first, y * columns + last),
      (y + top) * plan.columns + left + first,
    );
  }
  return frame;
}

/** Adds a faint copy half a field of view away along phase encoding. */
function addGhost(frame: Float32Array, plan: ScanPlan, appearance: Appearance): void {
  if (appearance.ghost === 0) return;
  const { rows, columns } = plan;
  const copy = frame.slice();
  const [dy, dx] = appearance.phaseEncoding === 'COL' ? [rows >> 1, 0] : [0, columns >> 1];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      frame[y * columns + x] +=
        appearance.ghost * copy[((y + dy) % rows) * columns + ((x + dx) % columns)];
}

/** Steps of the table of the gamma curve, and steps for each unit of signal. */
const CURVE_SIZE = 32768;
const CURVE_SCALE = 4096;

function gammaCurve(gamma: number): Float32Array {
  return Float32Array.from({ length: CURVE_SIZE }, (_, i) => ((i + 0.5) / CURVE_SCALE) ** gamma);
}

/** True outside the circle that some scanners cut their images to. */
function isMasked(plan: ScanPlan, y: number, x: number): boolean {
  const dy = (2 * y) / (plan.rows - 1) - 1;
  const dx = (2 * x) / (plan.columns - 1) - 1;
  return dy * dy + dx * dx > 1;
}

/** Magnitude with noise in both channels, the scanner's mask, floor and gamma. */
function detect(
  frame: Float32Array,
  scene: {
    readonly plan: ScanPlan;
    readonly appearance: Appearance;
    readonly random: Random;
    readonly tiles: readonly [Float32Array, Float32Array];
    readonly curve: Float32Array;
    readonly gain: number;
  },
): void {
  const { plan, appearance, random, tiles, curve, gain } = scene;
  const [oy, ox] = [random.integer([0, TILE - 1]), random.integer([0, TILE - 1])];
  for (let y = 0, i = 0; y < plan.rows; y++) {
    const row = ((y + oy) % TILE) * TILE;
    for (let x = 0; x < plan.columns; x++, i++) {
      const at = row + ((x + ox) % TILE);
      const real = gain * frame[i] + appearance.noise * tiles[0][at];
      const imaginary = appearance.noise * tiles[1][at];
      const magnitude = Math.sqrt(real * real + imaginary * imaginary);
      const isDark =
        magnitude < appearance.floor || (appearance.isRoundMask && isMasked(plan, y, x));
      frame[i] = isDark ? 0 : curve[Math.min(CURVE_SIZE - 1, (magnitude * CURVE_SCALE) | 0)];
    }
  }
}

/**
 * Images of one slice.
 *
 * @returns `[T, Y, X]`, LV blood about 1, not yet quantised
 */
export function acquireSlice(
  random: Random,
  subject: Subject,
  scan: { readonly plan: ScanPlan; readonly z: number; readonly slice: RenderedSlice },
): Float32Array {
  const { plan, z, slice } = scan;
  const { appearance } = subject;
  const kernels = [
    spreadKernel(appearance.cutoff[0], appearance.taper),
    spreadKernel(appearance.cutoff[1], appearance.taper),
  ] as const;
  const bias = coilBias(subject, plan, z);
  const { rows, columns } = plan;
  const chest = {
    sharp: slice.still,
    soft: spread({ values: slice.still, rows, columns }, kernels),
  };
  const tiles = [noiseTile(random, kernels), noiseTile(random, kernels)] as const;
  const curve = gammaCurve(appearance.gamma);
  const gain = 1 + appearance.gainSpread * random.normal();
  const frames = new Float32Array(plan.phases * rows * columns);
  for (let t = 0; t < plan.phases; t++) {
    const frame = compose(chest, blurredInTime(slice, plan, t), { box: slice.box, plan, kernels });
    for (let i = 0; i < frame.length; i++) frame[i] *= bias[i];
    addGhost(frame, plan, appearance);
    detect(frame, { plan, appearance, random, tiles, curve, gain });
    frames.set(frame, t * frame.length);
  }
  return frames;
}
