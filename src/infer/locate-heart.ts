// Where the heart is in the scan: the anatomy network over the whole field of view.
import { NodeError } from '../errors.ts';
import { ANATOMY } from '../labels.ts';
import type { CineMyopsSession } from '../network/session.ts';
import { zScore } from '../network/z-score.ts';
import { sliceStep, type Volume4D } from '../volume.ts';
import { frameView, nativeGrid, toRegion, type NativeGrid, type Region } from './region.ts';

/** Coarse enough for a whole slice in a tenth of a second. */
const SEARCH_PIXEL_MM = 1.5;
/** Phases searched, as fractions of the cycle: relaxed and contracted hearts both count. */
const SEARCH_FRACTIONS = [0, 0.35, 0.7];
/** Less blood than this, over all slices, is no left ventricle. */
const MIN_LV_ML = 10;
const CLASSES = 4;

/**
 * Finds the centre of the left ventricle.
 *
 * @returns native indices `[y, x]` in the middle slice
 * @throws {NodeError} `heart-not-found` when the network sees no left ventricle
 */
export async function locateHeart(
  volume: Volume4D,
  session: CineMyopsSession,
): Promise<readonly [y: number, x: number]> {
  const [sizeT, sizeZ, rows, columns] = volume.shape;
  const grid = nativeGrid(volume, SEARCH_PIXEL_MM);
  const size = multipleOf16(Math.max(rows * grid.scale[0], columns * grid.scale[1]));
  const middle: readonly [number, number] = [(rows - 1) / 2, (columns - 1) / 2];
  const whole: Region = {
    size,
    pixelMm: SEARCH_PIXEL_MM,
    centres: Array.from({ length: sizeZ }, () => middle),
  };
  const phases = [...new Set(SEARCH_FRACTIONS.map((f) => Math.floor(f * sizeT)))];
  const evidence = new Float64Array(size * size);
  for (let z = 0; z < sizeZ; z++) {
    const images = new Float32Array(phases.length * size * size);
    for (const [n, t] of phases.entries()) {
      const frame = toRegion(frameView(volume.voxels, volume.shape, t, z), grid, whole, z);
      zScore(frame);
      images.set(frame, n * size * size);
    }
    const anatomy = await session.runAnatomy(images, [phases.length, size, size]);
    addLv(evidence, anatomy, phases.length);
  }
  return centreOf(evidence, { size, grid, middle, volume });
}

/** Adds the mean LV probability over phases. */
function addLv(evidence: Float64Array, anatomy: Float32Array, phases: number): void {
  const size = evidence.length;
  for (let n = 0; n < phases; n++) {
    const start = (n * CLASSES + ANATOMY.lvBlood) * size;
    for (let i = 0; i < size; i++) {
      // Faint probabilities all over a large field of view would outweigh a heart.
      const p = anatomy[start + i];
      if (p > 0.5) evidence[i] += p / phases;
    }
  }
}

function centreOf(
  evidence: Float64Array,
  place: {
    size: number;
    grid: NativeGrid;
    middle: readonly [number, number];
    volume: Volume4D;
  },
): readonly [number, number] {
  const { size, grid, middle, volume } = place;
  const stepMm = heightOfSlice(volume);
  const totalMl = (evidence.reduce((a, b) => a + b, 0) * SEARCH_PIXEL_MM ** 2 * stepMm) / 1000;
  if (totalMl < MIN_LV_ML) {
    throw new NodeError(
      'heart-not-found',
      `expected a left ventricle of ${MIN_LV_ML} mL or more, got ${totalMl.toFixed(1)} mL over all slices: check that this is a short-axis cine; nothing was segmented`,
    );
  }
  const [y, x] = weightedCentre(evidence, size);
  const half = (size - 1) / 2;
  return [middle[0] + (y - half) / grid.scale[0], middle[1] + (x - half) / grid.scale[1]];
}

/** Centroid of the evidence, drawn to its densest part: islands far from it lose their weight. */
function weightedCentre(evidence: Float64Array, size: number): readonly [number, number] {
  let [centreY, centreX] = centroid(evidence, size, () => 1);
  for (const radiusMm of [120, 80, 60, 50]) {
    const radius = radiusMm / SEARCH_PIXEL_MM;
    const near = (y: number, x: number) =>
      Math.exp(-((y - centreY) ** 2 + (x - centreX) ** 2) / (2 * (radius / 2) ** 2));
    [centreY, centreX] = centroid(evidence, size, near);
  }
  return [centreY, centreX];
}

function centroid(
  evidence: Float64Array,
  size: number,
  weight: (y: number, x: number) => number,
): [number, number] {
  let [sum, sumY, sumX] = [0, 0, 0];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (evidence[y * size + x] === 0) continue;
      const w = evidence[y * size + x] * weight(y, x);
      sum += w;
      sumY += w * y;
      sumX += w * x;
    }
  }
  return [sumY / sum, sumX / sum];
}

function heightOfSlice(volume: Volume4D): number {
  return sliceStep(volume.planes)?.mm ?? volume.sliceThicknessMm;
}

function multipleOf16(pixels: number): number {
  return Math.ceil(pixels / 16) * 16;
}
