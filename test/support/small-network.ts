// A narrow network with seeded weights and a synthetic cine, for tests of the network itself.
import type { Architecture } from '../../src/network/architecture.ts';
import { initialParameters, type NamedParameters } from '../../src/network/parameters.ts';
import { FULL_ANNOTATION, NO_ANNOTATION } from '../../src/network/targets.ts';
import type { TrainingBatch } from '../../src/network/training-step.ts';
import { createRandom, type Random } from '../../src/random.ts';

export const SMALL_ARCHITECTURE: Architecture = {
  encoderWidths: [2, 2, 4, 4, 8],
  headWidths: [4, 4, 8, 8, 8],
  hasTextureChannel: false,
};

/** Seeded weights; biases and running statistics are drawn too, so that none of them can be forgotten. */
export function smallParameters(
  seed = 'small network',
  architecture = SMALL_ARCHITECTURE,
): NamedParameters {
  const random = createRandom(seed);
  const drawn = (name: string, value: number): number => {
    if (name.endsWith('.variance')) return random.uniform([0.5, 2]);
    const isVector = /\.(bias|mean)$/.test(name) || /[nN]orm\d?\.weight$/.test(name);
    return isVector ? value + 0.2 * random.normal() : value;
  };
  return new Map(
    [...initialParameters(architecture, random.normal)].map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((value) => drawn(name, value)) },
    ]),
  );
}

/** Smooth moving waves and some noise. */
export function waves(
  shape: readonly [n: number, t: number, h: number, w: number],
  random: Random,
) {
  const [n, t, h, w] = shape;
  return Float32Array.from({ length: n * t * h * w }, (_, i) => {
    const [x, y, frame] = [i % w, Math.floor(i / w) % h, Math.floor(i / (w * h))];
    return Math.sin(x / 4 + frame / 3) * Math.cos(y / 5 - frame / 7) + 0.1 * random.normal();
  });
}

/** A batch with rings of labels. */
export function smallBatch(shape: TrainingBatch['shape'], seed = 'small batch'): TrainingBatch {
  const random = createRandom(seed);
  const [n, t, h, w] = shape;
  const labels = Uint8Array.from({ length: n * h * w }, (_, i) => {
    const [x, y] = [(i % w) - w / 2, (Math.floor(i / w) % h) - h / 2];
    const radius = Math.hypot(x, y);
    if (radius < h / 6) return 2;
    if (radius < h / 3) return x > 0 && y > 0 ? 5 : y > 0 ? 4 : 1;
    return x < -w / 3 ? 3 : 0;
  });
  return {
    shape,
    cine: waves(shape, random),
    labels,
    annotations: Array.from({ length: n }, () => FULL_ANNOTATION),
    sampledFrames: Array.from({ length: n }, () => [0, t - 1]),
  };
}

/** The same with labels of later frames, all but the last of them, and true motion in the wall. */
export function supervisedBatch(shape: TrainingBatch['shape']): TrainingBatch {
  const batch = smallBatch(shape);
  const [n, t, h, w] = shape;
  const size = h * w;
  const labels = Uint8Array.from(
    { length: n * (t - 1) * size },
    (_, i) => batch.labels[Math.floor(i / ((t - 1) * size)) * size + (i % size)],
  );
  const known = batch.labels.map((label) => (label === 1 || label > 3 ? 1 : 0));
  const displacement = Float32Array.from({ length: n * t * 2 * size }, (_, i) => Math.sin(i / 50));
  const annotations = Array.from({ length: n }, () =>
    Array.from({ length: t - 1 }, (_, k) => (k === t - 2 ? NO_ANNOTATION : FULL_ANNOTATION)),
  );
  return { ...batch, laterLabels: { labels, annotations }, trueMotion: { displacement, known } };
}
