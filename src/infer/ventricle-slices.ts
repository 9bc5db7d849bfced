// The left ventricle slice by slice, as the rules for its ends look at it.
import { ANATOMY, countLabel, type LabelVolume } from '../labels.ts';
import { APEX_TO_BASE } from '../long-axis.ts';
import { dot, planeNormal, type Volume4D } from '../volume.ts';

/** Pixels of left-ventricular blood in slice z of phase t. */
export function bloodOf(anatomy: LabelVolume, t: number, z: number): number {
  return countLabel(anatomy, ANATOMY.lvBlood, t, z);
}

/** Indices of the slices, the most basal first. */
export function slicesFromBase({ planes, shape }: Volume4D): number[] {
  const order = Array.from({ length: shape[1] }, (_, z) => z);
  // Slices are in order along their normal.
  const normal = planeNormal(planes[0].imageOrientationPatient);
  return dot(normal, APEX_TO_BASE) > 0 ? order.toReversed() : order;
}

/** Clears left-ventricular blood and its wall, in place, from slice z of phase t. */
export function clearSlice({ labels, shape }: LabelVolume, t: number, z: number): void {
  const [, slices, rows, columns] = shape;
  const start = (t * slices + z) * rows * columns;
  for (let i = start; i < start + rows * columns; i++)
    if (labels[i] === ANATOMY.lvBlood || labels[i] === ANATOMY.myocardium)
      labels[i] = ANATOMY.background;
}
