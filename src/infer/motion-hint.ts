// Where something beats: a hint for models that were never trained, and no more than that.
import type { Volume4D } from '../volume.ts';
import { frameView } from './region.ts';

/**
 * Centroid of the temporal first harmonic's energy over all slices. On real infarct patients it was
 * 28-57 mm off the left ventricle (network.md), so no trained model relies on it.
 *
 * @returns native indices `[y, x]`
 */
export function motionCentre(volume: Volume4D): readonly [y: number, x: number] {
  const [sizeT, sizeZ, rows, columns] = volume.shape;
  const energy = new Float64Array(rows * columns);
  for (let z = 0; z < sizeZ; z++) {
    const real = new Float64Array(rows * columns);
    const imaginary = new Float64Array(rows * columns);
    for (let t = 0; t < sizeT; t++) {
      const frame = frameView(volume.voxels, volume.shape, t, z);
      const angle = (2 * Math.PI * t) / sizeT;
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      for (let i = 0; i < frame.length; i++) {
        real[i] += frame[i] * cosine;
        imaginary[i] += frame[i] * sine;
      }
    }
    for (let i = 0; i < energy.length; i++) energy[i] += real[i] ** 2 + imaginary[i] ** 2;
  }
  const threshold = 0.2 * energy.reduce((a, b) => Math.max(a, b), 0);
  let [sum, sumY, sumX] = [0, 0, 0];
  for (let i = 0; i < energy.length; i++) {
    if (energy[i] <= threshold) continue;
    sum += energy[i];
    sumY += energy[i] * Math.floor(i / columns);
    sumX += energy[i] * (i % columns);
  }
  return sum === 0 ? [(rows - 1) / 2, (columns - 1) / 2] : [sumY / sum, sumX / sum];
}
