// Random changes of brightness and sharpness, the same for all frames of a sample except for noise.
// Brightness and contrast themselves leave no trace after the z-score of each frame; clipping does.
import type { Random, Range } from '../random.ts';

/** How far each change goes [after nnU-Net's defaults, narrower: the phantom varies already]. */
const CHANCE = {
  gamma: 0.4,
  invertedGamma: 0.1,
  clip: 0.2,
  bias: 0.3,
  blur: 0.2,
  coarse: 0.15,
  noise: 0.3,
};
const GAMMA: Range = [0.65, 1.6];
/** Share of the brightest values that are cut. */
const CLIP: Range = [0.002, 0.03];
/** Logarithm of the gain at the edge of the patch over that at its centre. */
const BIAS: Range = [-0.9, 0.9];
/** Pixels. */
const BLUR: Range = [0.4, 1.1];
const COARSENESS: Range = [1.2, 2];
/** Standard deviation over the range of the frame. */
const NOISE: Range = [0.005, 0.06];

/** Changes one frame in place. */
export type FrameChange = (frame: Float32Array) => void;

function rangeOf(frame: Float32Array): readonly [least: number, span: number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of frame) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, Math.max(greatest - least, 1e-6)];
}

function gammaChange(gamma: number, isInverted: boolean): FrameChange {
  return (frame) => {
    const [least, span] = rangeOf(frame);
    for (let i = 0; i < frame.length; i++) {
      const share = (frame[i] - least) / span;
      frame[i] = isInverted ? 1 - (1 - share) ** gamma : share ** gamma;
    }
  };
}

function clipChange(share: number): FrameChange {
  return (frame) => {
    const limit = frame.toSorted()[Math.floor((1 - share) * (frame.length - 1))];
    for (let i = 0; i < frame.length; i++) if (frame[i] > limit) frame[i] = limit;
  };
}

/** A smooth gain along one direction, as of a coil. */
function biasChange(
  size: number,
  { strength, radians }: { strength: number; radians: number },
): FrameChange {
  const [dy, dx] = [Math.sin(radians), Math.cos(radians)];
  return (frame) => {
    const [least] = rangeOf(frame);
    const half = (size - 1) / 2;
    for (let y = 0, i = 0; y < size; y++)
      for (let x = 0; x < size; x++, i++) {
        const along = ((y - half) * dy + (x - half) * dx) / half;
        frame[i] = least + (frame[i] - least) * Math.exp(strength * along);
      }
  };
}

function gaussianKernel(sigma: number): Float32Array {
  const reach = Math.ceil(2.5 * sigma);
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((tap) => tap / sum);
}

function blurChange(size: number, sigma: number): FrameChange {
  const kernel = gaussianKernel(sigma);
  const reach = (kernel.length - 1) / 2;
  const clamp = (i: number): number => Math.min(Math.max(i, 0), size - 1);
  return (frame) => {
    const along = new Float32Array(frame.length);
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        for (let k = -reach; k <= reach; k++)
          along[y * size + x] += kernel[k + reach] * frame[y * size + clamp(x + k)];
    frame.fill(0);
    for (let y = 0; y < size; y++)
      for (let k = -reach; k <= reach; k++)
        for (let x = 0; x < size; x++)
          frame[y * size + x] += kernel[k + reach] * along[clamp(y + k) * size + x];
  };
}

/** A coarser matrix, interpolated back. */
function coarseChange(size: number, factor: number): FrameChange {
  const coarse = Math.max(8, Math.round(size / factor));
  const step = (size - 1) / (coarse - 1);
  return (frame) => {
    const small = Float32Array.from({ length: coarse * coarse }, (_, i) => {
      const [y, x] = [Math.floor(i / coarse), i % coarse];
      return frame[Math.round(y * step) * size + Math.round(x * step)];
    });
    for (let y = 0, i = 0; y < size; y++)
      for (let x = 0; x < size; x++, i++) {
        const [v, u] = [y / step, x / step];
        const [v0, u0] = [Math.min(Math.floor(v), coarse - 2), Math.min(Math.floor(u), coarse - 2)];
        const at = v0 * coarse + u0;
        const above = small[at] + (u - u0) * (small[at + 1] - small[at]);
        const below = small[at + coarse] + (u - u0) * (small[at + coarse + 1] - small[at + coarse]);
        frame[i] = above + (v - v0) * (below - above);
      }
  };
}

function noiseChange(random: Random, deviation: number): FrameChange {
  return (frame) => {
    const [, span] = rangeOf(frame);
    for (let i = 0; i < frame.length; i++) frame[i] += deviation * span * random.normal();
  };
}

/**
 * Draws the changes of one sample.
 *
 * @param size - of its frames, pixels on a side
 */
export function drawIntensityChanges(random: Random, size: number): readonly FrameChange[] {
  const changes: FrameChange[] = [];
  if (random.chance(CHANCE.coarse)) changes.push(coarseChange(size, random.uniform(COARSENESS)));
  if (random.chance(CHANCE.blur)) changes.push(blurChange(size, random.uniform(BLUR)));
  if (random.chance(CHANCE.bias))
    changes.push(
      biasChange(size, { strength: random.uniform(BIAS), radians: 2 * Math.PI * random.next() }),
    );
  if (random.chance(CHANCE.clip)) changes.push(clipChange(random.uniform(CLIP)));
  if (random.chance(CHANCE.gamma))
    changes.push(gammaChange(random.uniform(GAMMA), random.chance(CHANCE.invertedGamma)));
  if (random.chance(CHANCE.noise))
    changes.push(noiseChange(random.fork('noise'), random.uniform(NOISE)));
  return changes;
}
