// Strain of the wall from displacement within slices.
import type { NativeMotion } from './native-motion.ts';

/** Lengthening against end diastole, summed over pixels of wall: shares, not percent. */
export interface StrainSum {
  readonly circumferential: number;
  readonly radial: number;
  readonly pixels: number;
}

/**
 * Sums strain over the wall of one slice: with F = I + grad u by central differences, the strain
 * along a direction d is |F d| - 1; directions are about the middle of the cavity.
 *
 * @param isWall - `[Y, X]`, 1 in the wall at end diastole; only pixels whose four neighbours are wall
 *   count, since the displacement jumps at its borders
 * @param centre - `[y, x]` of the cavity, native pixels
 */
export function sumStrain(
  motion: NativeMotion,
  isWall: Uint8Array,
  centre: readonly [y: number, x: number],
): StrainSum {
  const { rows, columns, pixelSpacingMm } = motion;
  const [rowMm, columnMm] = pixelSpacingMm;
  let [circumferential, radial, pixels] = [0, 0, 0];
  for (let y = 1; y < rows - 1; y++)
    for (let x = 1; x < columns - 1; x++) {
      const i = y * columns + x;
      const isInner = [0, 1, -1, columns, -columns].every((step) => isWall[i + step] === 1);
      const toY = (y - centre[0]) * rowMm;
      const toX = (x - centre[1]) * columnMm;
      const distance = Math.hypot(toY, toX);
      if (!isInner || distance === 0) continue;
      const [dy, dx] = [toY / distance, toX / distance];
      const alongRadius = strainAlong(motion, i, [dy, dx]);
      const aroundIt = strainAlong(motion, i, [-dx, dy]);
      if (Number.isNaN(alongRadius + aroundIt)) continue;
      radial += alongRadius;
      circumferential += aroundIt;
      pixels++;
    }
  return { circumferential, radial, pixels };
}

/** Lengthening of a short line at pixel i along the unit vector `[y, x]`. */
function strainAlong(
  { displacementMm, rows, columns, pixelSpacingMm }: NativeMotion,
  i: number,
  [dy, dx]: readonly [y: number, x: number],
): number {
  const [rowMm, columnMm] = pixelSpacingMm;
  const size = rows * columns;
  const change = (channel: number): number => {
    const at = channel * size + i;
    const perY = (displacementMm[at + columns] - displacementMm[at - columns]) / (2 * rowMm);
    const perX = (displacementMm[at + 1] - displacementMm[at - 1]) / (2 * columnMm);
    return perY * dy + perX * dx;
  };
  return Math.hypot(dy + change(0), dx + change(1)) - 1;
}
