// The square that a training sample shows of a slice: where, how large, how turned.
import type { CineSlice } from './source.ts';

/** An affine look at a slice, the same for all its frames and labels. */
export interface View {
  /** Native indices `[y, x]` of the patch's centre, fractional. */
  readonly centre: readonly [y: number, x: number];
  /** Pixels on a side. */
  readonly size: number;
  readonly pixelMm: number;
  readonly radians: number;
  /** Left and right swapped. Displacement needs no correction: the network sees only the swapped frames. */
  readonly isMirrored: boolean;
}

/** Native index of every pixel of the patch: `[y, x]` pairs. */
export function samplingPoints(view: View, slice: CineSlice): Float32Array {
  const { centre, size, pixelMm, radians, isMirrored } = view;
  const [rowMm, columnMm] = slice.pixelSpacingMm;
  const [cosine, sine] = [Math.cos(radians) * pixelMm, Math.sin(radians) * pixelMm];
  const half = (size - 1) / 2;
  const points = new Float32Array(2 * size * size);
  for (let j = 0, at = 0; j < size; j++)
    for (let i = 0; i < size; i++, at += 2) {
      const dy = j - half;
      const dx = isMirrored ? half - i : i - half;
      points[at] = centre[0] + (cosine * dy + sine * dx) / rowMm;
      points[at + 1] = centre[1] + (cosine * dx - sine * dy) / columnMm;
    }
  return points;
}

/**
 * A frame at the points, bilinearly; outside the image stands its least value, as in use.
 *
 * @param frame - `[Y, X]`
 * @returns one value a point
 */
export function sampleFrame(
  frame: Float32Array,
  [rows, columns]: readonly [number, number],
  points: Float32Array,
): Float32Array {
  let outside = Infinity;
  for (const value of frame) if (value < outside) outside = value;
  const sampled = new Float32Array(points.length / 2);
  for (let i = 0; i < sampled.length; i++) {
    const y = points[2 * i];
    const x = points[2 * i + 1];
    if (y < -0.5 || x < -0.5 || y > rows - 0.5 || x > columns - 0.5) {
      sampled[i] = outside;
      continue;
    }
    const y0 = Math.min(Math.max(Math.floor(y), 0), Math.max(rows - 2, 0));
    const x0 = Math.min(Math.max(Math.floor(x), 0), Math.max(columns - 2, 0));
    const wy = Math.min(Math.max(y - y0, 0), 1);
    const wx = Math.min(Math.max(x - x0, 0), 1);
    const at = y0 * columns + x0;
    const right = columns > 1 ? 1 : 0;
    const down = rows > 1 ? columns : 0;
    const above = frame[at] + wx * (frame[at + right] - frame[at]);
    const below = frame[at + down] + wx * (frame[at + down + right] - frame[at + down]);
    sampled[i] = above + wy * (below - above);
  }
  return sampled;
}

/** Labels at the points, of the nearest pixel; background outside the image. */
export function sampleLabels(
  labels: Uint8Array,
  [rows, columns]: readonly [number, number],
  points: Float32Array,
): Uint8Array {
  const sampled = new Uint8Array(points.length / 2);
  for (let i = 0; i < sampled.length; i++) {
    const y = Math.round(points[2 * i]);
    const x = Math.round(points[2 * i + 1]);
    if (y >= 0 && x >= 0 && y < rows && x < columns) sampled[i] = labels[y * columns + x];
  }
  return sampled;
}
