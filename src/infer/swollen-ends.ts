// Slices beyond the ends of the left ventricle that were taken for it in one phase and not in another.
import type { LabelVolume } from '../labels.ts';
import type { Volume4D } from '../volume.ts';
import type { EndPhases } from './end-phases.ts';
import { bloodOf, clearSlice, slicesFromBase } from './ventricle-slices.ts';

/**
 * From its widest slice at end diastole the cavity narrows towards both ends. A slice holds more than this part of the
 * blood of its neighbour nearer to that one...
 */
const LEAST_JUMP = { base: 1.5, apex: 1.25 };
/**
 * ...and more than this part of its own blood at end diastole, only where it is not of the ventricle. Towards the base
 * atrium and aorta hardly empty. Towards the apex an aneurysm may stay as it is; what grows there was not recognised before.
 */
const LEAST_KEPT = { base: 0.75, apex: 1.25 };

type End = keyof typeof LEAST_JUMP;

/**
 * Clears the left ventricle, in place, in each phase from the first slice on, seen from the widest, in which its blood
 * swells: it is more than in the slice before by a jump, and did not leave while the ventricle ejected.
 *
 * @param anatomy - `[T, Z, Y, X]`, values of ANATOMY
 * @returns how many slices of end systole with blood were cleared; of end diastole none can be at the apex
 */
export function clearSwollenEnds(
  anatomy: LabelVolume,
  volume: Volume4D,
  { endDiastole, endSystole }: EndPhases,
): number {
  const fromBase = slicesFromBase(volume);
  const bloodAt = (t: number): number[] => fromBase.map((z) => bloodOf(anatomy, t, z));
  const atEnd = bloodAt(endDiastole);
  const widest = atEnd.indexOf(Math.max(...atEnd));
  let cleared = 0;
  for (let t = 0; t < anatomy.shape[0]; t++) {
    const now = bloodAt(t);
    const swells = (k: number, inner: number, end: End): boolean =>
      now[k] > LEAST_JUMP[end] * now[inner] && now[k] > LEAST_KEPT[end] * atEnd[k];
    let [base, apex] = [widest, widest];
    while (base > 0 && !swells(base - 1, base, 'base')) base--;
    while (apex < now.length - 1 && !swells(apex + 1, apex, 'apex')) apex++;
    fromBase.forEach((z, k) => {
      if (k >= base && k <= apex) return;
      if (t === endSystole && now[k] > 0) cleared++;
      clearSlice(anatomy, t, z);
    });
  }
  return cleared;
}

export function swollenEndsNote(slices: number): string {
  const [are, they, their] =
    slices === 1 ? ['slice is', 'it', 'its'] : ['slices are', 'they', 'their'];
  return `${slices} ${are} not counted as left ventricle at end systole, because ${they} would show more blood than ${their} neighbours`;
}
