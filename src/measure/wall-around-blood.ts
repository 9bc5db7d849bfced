// Whether what was segmented can be a left ventricle at all.
import { ANATOMY, type LabelVolume } from '../labels.ts';

/**
 * Less of the blood's border than this in touch with myocardium is no left ventricle. Measured on 20 simulated hearts
 * of any contrast: .93 to 1.00 where the ventricle was found, .87 where part of its wall was missed, .25 where it was
 * something else (decision 0015).
 */
export const LEAST_WALL_SHARE = 0.75;

/** Neighbours within the slice: `[dy, dx]`. */
const BESIDE = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
] as const;

/**
 * The share of the border of left-ventricular blood, within the slices of one phase, that touches myocardium. The
 * valves and the outflow tract leave some of the basal border free.
 *
 * @returns 0 to 1; NaN where there is no blood
 */
export function wallShare({ labels, shape }: LabelVolume, t: number): number {
  const [, slices, rows, columns] = shape;
  const start = t * slices * rows * columns;
  const labelAt = (z: number, y: number, x: number): number =>
    y < 0 || x < 0 || y >= rows || x >= columns
      ? ANATOMY.background
      : labels[start + (z * rows + y) * columns + x];
  let [border, walled] = [0, 0];
  for (let z = 0; z < slices; z++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        if (labelAt(z, y, x) !== ANATOMY.lvBlood) continue;
        for (const [dy, dx] of BESIDE) {
          const beside = labelAt(z, y + dy, x + dx);
          if (beside === ANATOMY.lvBlood) continue;
          border++;
          if (beside === ANATOMY.myocardium) walled++;
        }
      }
  return walled / border;
}
