// Where the heart is in the scan: the anatomy network over the whole field of view.
import { NodeError } from '../errors.ts';
import { ANATOMY } from '../labels.ts';
import type { CineMyopsSession } from '../network/session.ts';
import { zScore } from '../network/z-score.ts';
import { sliceStep, type Volume4D } from '../volume.ts';
import { placeAround } from './place.ts';
import { frameView, toRegion } from './region.ts';
import { voteOnCentre } from './vote-on-centre.ts';

/** Coarse enough for a whole slice in a tenth of a second. */
const SEARCH_PIXEL_MM = 1.5;
/** Phases searched, as fractions of the cycle: relaxed and contracted hearts both count. */
const SEARCH_FRACTIONS = [0, 0.35, 0.7];
/** Less blood than this, over all slices, is no left ventricle. */
const MIN_LV_ML = 10;
const CLASSES = 4;
const HEART = [ANATOMY.lvBlood, ANATOMY.myocardium, ANATOMY.rvBlood];
/** No part of a heart is farther from the centre of its left ventricle. */
const HEART_RADIUS_MM = 100;
/** From there to the middle of the heart. */
const MOST_SHIFT_MM = 25;

/**
 * Finds the middle of the heart: of its ventricles and their wall.
 *
 * @returns native indices `[y, x]` in the middle slice
 * @throws {NodeError} `heart-not-found` when the network sees no left ventricle
 */
export async function locateHeart(
  volume: Volume4D,
  session: CineMyopsSession,
): Promise<readonly [y: number, x: number]> {
  const [sizeT, sizeZ, rows, columns] = volume.shape;
  const middle: readonly [number, number] = [(rows - 1) / 2, (columns - 1) / 2];
  const [rowMm, columnMm] = volume.pixelSpacingMm;
  const sideMm = Math.max(rows * rowMm, columns * columnMm);
  // Slices are laid over each other as they lie in the patient.
  const { grid, region } = placeAround(volume, middle, sideMm, SEARCH_PIXEL_MM);
  const { size } = region;
  const phases = [...new Set(SEARCH_FRACTIONS.map((f) => Math.floor(f * sizeT)))];
  const slices: Float64Array[] = [];
  const heart = new Float64Array(size * size);
  for (let z = 0; z < sizeZ; z++) {
    const images = new Float32Array(phases.length * size * size);
    for (const [n, t] of phases.entries()) {
      const frame = toRegion(frameView(volume.voxels, volume.shape, t, z), grid, region, z);
      zScore(frame);
      images.set(frame, n * size * size);
    }
    const anatomy = await session.runAnatomy(images, [phases.length, size, size]);
    slices.push(evidenceOf([ANATOMY.lvBlood], anatomy, phases.length));
    evidenceOf(HEART, anatomy, phases.length).forEach((value, i) => (heart[i] += value));
  }
  requireVentricle(slices, volume);
  const ventricle = voteOnCentre(slices, size, SEARCH_PIXEL_MM);
  const [y, x] = middleOfHeart(heart, size, ventricle);
  const half = (size - 1) / 2;
  return [middle[0] + (y - half) / grid.scale[0], middle[1] + (x - half) / grid.scale[1]];
}

/**
 * The mean probability of some classes together over the phases of a slice.
 *
 * @param anatomy - `[phases, CLASSES, size, size]`
 * @returns `[size, size]`
 */
function evidenceOf(
  classes: readonly number[],
  anatomy: Float32Array,
  phases: number,
): Float64Array {
  const evidence = new Float64Array(anatomy.length / phases / CLASSES);
  for (let n = 0; n < phases; n++)
    for (let i = 0; i < evidence.length; i++) {
      let p = 0;
      for (const c of classes) p += anatomy[(n * CLASSES + c) * evidence.length + i];
      // Faint probabilities all over a large field of view would outweigh a heart.
      if (p > 0.5) evidence[i] += p / phases;
    }
  return evidence;
}

/** Centroid of what looks like heart around the left ventricle: the region is to hold the right one too. */
function middleOfHeart(
  heart: Float64Array,
  size: number,
  [y0, x0]: readonly [number, number],
): readonly [y: number, x: number] {
  let [sum, sumY, sumX] = [0, 0, 0];
  for (let i = 0; i < heart.length; i++) {
    const [dy, dx] = [Math.floor(i / size) - y0, (i % size) - x0];
    if (Math.hypot(dy, dx) * SEARCH_PIXEL_MM > HEART_RADIUS_MM) continue;
    sum += heart[i];
    sumY += heart[i] * dy;
    sumX += heart[i] * dx;
  }
  // The left ventricle stays well inside, whatever is taken for the right one.
  const shiftMm = (Math.hypot(sumY, sumX) / sum) * SEARCH_PIXEL_MM;
  const share = MOST_SHIFT_MM / Math.max(shiftMm, MOST_SHIFT_MM) / sum;
  return [y0 + share * sumY, x0 + share * sumX];
}

function requireVentricle(slices: readonly Float64Array[], volume: Volume4D): void {
  const stepMm = sliceStep(volume.planes)?.mm ?? volume.sliceThicknessMm;
  const pixels = slices.reduce((sum, evidence) => sum + evidence.reduce((a, b) => a + b, 0), 0);
  const totalMl = (pixels * SEARCH_PIXEL_MM ** 2 * stepMm) / 1000;
  if (totalMl >= MIN_LV_ML) return;
  throw new NodeError(
    'heart-not-found',
    `expected a left ventricle of ${MIN_LV_ML} mL or more, got ${totalMl.toFixed(1)} mL over all slices: check that this is a short-axis cine; nothing was segmented`,
  );
}
