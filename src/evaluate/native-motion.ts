// The network's displacement where it is compared: at the pixels of the exam.
import { displacementOf, type MotionField } from '../motion-field.ts';
import type { PixelSpacingMm } from '../volume.ts';

/** Displacement within a slice at native pixels. */
export interface NativeMotion {
  /** `[2, Y, X]`, mm: along y, then along x; NaN outside the region that the network saw. */
  readonly displacementMm: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly pixelSpacingMm: PixelSpacingMm;
}

/** Samples one frame of one slice bilinearly at the middle of every native pixel. */
export function toNative(
  field: MotionField,
  { z, frame }: { readonly z: number; readonly frame: number },
  grid: Omit<NativeMotion, 'displacementMm'>,
): NativeMotion {
  const { rows, columns, pixelSpacingMm } = grid;
  const { size, pixelMm, centres } = field;
  const [centreY, centreX] = centres[z];
  const own = displacementOf(field, z, frame);
  const plane = size * size;
  const displacementMm = new Float32Array(2 * rows * columns).fill(Number.NaN);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const j = ((y - centreY) * pixelSpacingMm[0]) / pixelMm + (size - 1) / 2;
      const i = ((x - centreX) * pixelSpacingMm[1]) / pixelMm + (size - 1) / 2;
      if (j < 0 || i < 0 || j > size - 1 || i > size - 1) continue;
      for (let c = 0; c < 2; c++)
        displacementMm[(c * rows + y) * columns + x] = bilinear(
          own.subarray(c * plane, (c + 1) * plane),
          size,
          [j, i],
        );
    }
  return { displacementMm, ...grid };
}

function bilinear(
  values: Float32Array,
  size: number,
  [j, i]: readonly [j: number, i: number],
): number {
  const j0 = Math.max(0, Math.min(Math.floor(j), size - 2));
  const i0 = Math.max(0, Math.min(Math.floor(i), size - 2));
  const [wj, wi] = [j - j0, i - i0];
  const at = j0 * size + i0;
  return (
    (1 - wj) * ((1 - wi) * values[at] + wi * values[at + 1]) +
    wj * ((1 - wi) * values[at + size] + wi * values[at + size + 1])
  );
}
