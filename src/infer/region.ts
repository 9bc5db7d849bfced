// The square at 1 mm that the network sees, and the way there and back. One mapping serves both ways.
import type { Shape4D, Volume4D } from '../volume.ts';
import { patientPosition, pixelIndex } from '../volume.ts';

/** Where the region lies in each slice. */
export interface Region {
  /** Pixels on a side; a multiple of 16. */
  readonly size: number;
  readonly pixelMm: number;
  /** `[Z]`: native indices `[y, x]` of the region's centre, fractional. */
  readonly centres: readonly (readonly [y: number, x: number])[];
}

/** A native grid of one slice. */
export interface NativeGrid {
  readonly rows: number;
  readonly columns: number;
  /** Region pixels a native pixel, along y and x. */
  readonly scale: readonly [y: number, x: number];
}

export function nativeGrid(volume: Volume4D, pixelMm: number): NativeGrid {
  const [, , rows, columns] = volume.shape;
  const [rowMm, columnMm] = volume.pixelSpacingMm;
  return { rows, columns, scale: [rowMm / pixelMm, columnMm / pixelMm] };
}

/**
 * Carries a centre found in one slice along the normal to all slices, whose first pixels need not
 * lie above each other.
 */
export function regionAround(
  volume: Volume4D,
  centre: readonly [y: number, x: number],
  options: { z: number; size: number; pixelMm: number },
): Region {
  const { planes, pixelSpacingMm } = volume;
  const point = patientPosition(planes[options.z], pixelSpacingMm, centre[0], centre[1]);
  return {
    size: options.size,
    pixelMm: options.pixelMm,
    centres: planes.map((plane) => pixelIndex(plane, pixelSpacingMm, point)),
  };
}

/**
 * Samples a native frame on the region, bilinearly; outside the image stands its least value.
 *
 * @param frame - `[Y, X]` native
 * @returns `[size, size]`
 */
export function toRegion(
  frame: Float32Array,
  grid: NativeGrid,
  region: Region,
  z: number,
): Float32Array {
  const { size } = region;
  const [centreY, centreX] = region.centres[z];
  const half = (size - 1) / 2;
  const outside = minimum(frame);
  const sampled = new Float32Array(size * size);
  for (let j = 0; j < size; j++) {
    const y = centreY + (j - half) / grid.scale[0];
    for (let i = 0; i < size; i++) {
      const x = centreX + (i - half) / grid.scale[1];
      sampled[j * size + i] = bilinear(frame, grid, y, x, outside);
    }
  }
  return sampled;
}

/**
 * Labels of a native slice from class probabilities on the region: the probabilities are
 * interpolated, then the greatest wins. Outside the region all is background (class 0).
 *
 * @param probabilities - `[C, size, size]`
 * @param target - `[Y, X]`, written
 */
export function labelsToNative(
  probabilities: Float32Array,
  classes: number,
  place: { grid: NativeGrid; region: Region; z: number },
  target: Uint8Array,
): void {
  const { grid, region, z } = place;
  const { size } = region;
  const [centreY, centreX] = region.centres[z];
  const half = (size - 1) / 2;
  const plane = size * size;
  target.fill(0);
  for (let y = 0; y < grid.rows; y++) {
    const j = (y - centreY) * grid.scale[0] + half;
    if (j < 0 || j > size - 1) continue;
    const j0 = Math.min(Math.floor(j), size - 2);
    const wj = j - j0;
    for (let x = 0; x < grid.columns; x++) {
      const i = (x - centreX) * grid.scale[1] + half;
      if (i < 0 || i > size - 1) continue;
      const i0 = Math.min(Math.floor(i), size - 2);
      const wi = i - i0;
      let best = 0;
      let bestValue = -Infinity;
      for (let c = 0, at = j0 * size + i0; c < classes; c++, at += plane) {
        const value =
          (1 - wj) * ((1 - wi) * probabilities[at] + wi * probabilities[at + 1]) +
          wj * ((1 - wi) * probabilities[at + size] + wi * probabilities[at + size + 1]);
        if (value > bestValue) {
          bestValue = value;
          best = c;
        }
      }
      target[y * grid.columns + x] = best;
    }
  }
}

/** View of frame (t, z) of a volume, `[Y, X]`. */
export function frameView(
  voxels: Float32Array,
  shape: Shape4D,
  t: number,
  z: number,
): Float32Array {
  const size = shape[2] * shape[3];
  const start = (t * shape[1] + z) * size;
  return voxels.subarray(start, start + size);
}

function bilinear(
  frame: Float32Array,
  { rows, columns }: NativeGrid,
  ...[y, x, outside]: readonly [number, number, number]
): number {
  // Half a pixel beyond the centre of the border pixels still belongs to the image.
  if (y < -0.5 || x < -0.5 || y > rows - 0.5 || x > columns - 0.5) return outside;
  const cy = Math.min(Math.max(y, 0), rows - 1);
  const cx = Math.min(Math.max(x, 0), columns - 1);
  const y0 = Math.min(Math.floor(cy), Math.max(rows - 2, 0));
  const x0 = Math.min(Math.floor(cx), Math.max(columns - 2, 0));
  const wy = cy - y0;
  const wx = cx - x0;
  const at = y0 * columns + x0;
  const right = columns > 1 ? 1 : 0;
  const down = rows > 1 ? columns : 0;
  return (
    (1 - wy) * ((1 - wx) * frame[at] + wx * frame[at + right]) +
    wy * ((1 - wx) * frame[at + down] + wx * frame[at + down + right])
  );
}

function minimum(values: Float32Array): number {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}
