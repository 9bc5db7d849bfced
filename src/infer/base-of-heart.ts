// Where the left ventricle ends at the valves: what lies above them was taken for ventricle in some slices.
import { ANATOMY, countLabel, type LabelVolume } from '../labels.ts';
import { APEX_TO_BASE } from '../long-axis.ts';
import { wallContact } from '../wall-contact.ts';
import { dot, planeNormal, type Volume4D } from '../volume.ts';
import type { EndPhases } from './end-phases.ts';

/**
 * Readers draw a basal slice where most of its blood is surrounded by muscle (Schulz-Menger et al., JCMR 2020: half of it
 * or more).
 */
const LEAST_WALLED = 0.5;
/** By less than this part, drawing one phase a little wider than the other makes blood grow. */
const LEAST_GROWTH = 0.15;

/**
 * Clears the left ventricle, in place, from the slices of each phase that lie above the first, seen from the base, in
 * which half or more of the border of its blood has a wall. Where there is no such slice nothing is cleared.
 *
 * @param anatomy - `[T, Z, Y, X]`, values of ANATOMY
 */
export function clearUnwalledBase(anatomy: LabelVolume, volume: Volume4D): void {
  const fromBase = slicesFromBase(volume);
  for (let t = 0; t < anatomy.shape[0]; t++) {
    const first = fromBase.findIndex((z) => {
      const { border, walled } = wallContact(anatomy, t, z);
      return border > 0 && walled >= LEAST_WALLED * border;
    });
    for (const z of fromBase.slice(0, Math.max(0, first))) clearSlice(anatomy, t, z);
  }
}

/**
 * Clears the left ventricle, in all phases and in place, from the slices at its basal end whose blood grows while the
 * ventricle ejects: an atrium fills meanwhile, and the base moves away from a slice, never into it.
 *
 * @param anatomy - `[T, Z, Y, X]`, values of ANATOMY
 * @returns how many slices were cleared
 */
export function clearAtrialSlices(
  anatomy: LabelVolume,
  volume: Volume4D,
  { endDiastole, endSystole }: EndPhases,
): number {
  const bloodAt = (t: number, z: number): number => countLabel(anatomy, ANATOMY.lvBlood, t, z);
  let cleared = 0;
  for (const z of slicesFromBase(volume)) {
    const [diastole, systole] = [bloodAt(endDiastole, z), bloodAt(endSystole, z)];
    if (diastole === 0 && systole === 0) continue;
    if (systole <= (1 + LEAST_GROWTH) * diastole) break;
    for (let t = 0; t < anatomy.shape[0]; t++) clearSlice(anatomy, t, z);
    cleared++;
  }
  return cleared;
}

export function atrialSlicesNote(slices: number): string {
  const [is, its] =
    slices === 1 ? ['slice at the base is', 'its'] : ['slices at the base are', 'their'];
  return `${slices} ${is} not counted as left ventricle, because ${its} blood grows while the ventricle ejects`;
}

/** Indices of the slices, the most basal first. */
function slicesFromBase({ planes, shape }: Volume4D): number[] {
  const order = Array.from({ length: shape[1] }, (_, z) => z);
  // Slices are in order along their normal.
  const normal = planeNormal(planes[0].imageOrientationPatient);
  return dot(normal, APEX_TO_BASE) > 0 ? order.toReversed() : order;
}

function clearSlice({ labels, shape }: LabelVolume, t: number, z: number): void {
  const [, slices, rows, columns] = shape;
  const start = (t * slices + z) * rows * columns;
  for (let i = start; i < start + rows * columns; i++)
    if (labels[i] === ANATOMY.lvBlood || labels[i] === ANATOMY.myocardium)
      labels[i] = ANATOMY.background;
}
