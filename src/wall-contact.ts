// How far left-ventricular blood lies within a wall.
import { ANATOMY, type LabelVolume } from './labels.ts';

/** Neighbours within the slice: `[dy, dx]`. */
const BESIDE = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
] as const;

/** Sides of pixels, which are taken for square. */
export interface WallContact {
  /** Of left-ventricular blood towards anything else. */
  readonly border: number;
  /** Of these, towards myocardium. */
  readonly walled: number;
}

/** Contact of the left ventricle's blood with its wall in slice z of phase t; beyond the image is no wall. */
export function wallContact({ labels, shape }: LabelVolume, t: number, z: number): WallContact {
  const [, slices, rows, columns] = shape;
  const start = (t * slices + z) * rows * columns;
  const labelAt = (y: number, x: number): number =>
    y < 0 || x < 0 || y >= rows || x >= columns
      ? ANATOMY.background
      : labels[start + y * columns + x];
  let [border, walled] = [0, 0];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      if (labelAt(y, x) !== ANATOMY.lvBlood) continue;
      for (const [dy, dx] of BESIDE) {
        const beside = labelAt(y + dy, x + dx);
        if (beside === ANATOMY.lvBlood) continue;
        border++;
        if (beside === ANATOMY.myocardium) walled++;
      }
    }
  return { border, walled };
}
