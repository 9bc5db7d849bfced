// Where the ventricles end at the valves: what lies above them was taken for ventricle in some slices.
import type { LabelVolume } from '../labels.ts';
import type { Volume4D } from '../volume.ts';
import { wallContact } from '../wall-contact.ts';
import type { EndPhases } from './end-phases.ts';
import { ventricleSlices, type Side, type VentricleSlices } from './ventricle-slices.ts';

/**
 * Readers draw a basal slice where most of its blood is surrounded by muscle (Schulz-Menger et al., JCMR 2020: half of it
 * or more).
 */
const LEAST_WALLED = 0.5;
/** More than this part of the slices that hold blood is not a base but a ventricle that was not recognised. */
const MOST_BASE = 0.5;
/** By up to this part blood grows merely because one phase was drawn a little wider than the other. */
const LEAST_GROWTH = 0.15;

/**
 * Clears the left ventricle, in place, from the slices of each phase that lie above the first, seen from the base, in
 * which half or more of the border of its blood has a wall. Where there is no such slice, or more than half of the slices
 * with blood lie above it, nothing is cleared: whether that can be a ventricle is for measuring to judge.
 *
 * @param anatomy - `[T, Z, Y, X]`, values of ANATOMY
 */
export function clearUnwalledBase(anatomy: LabelVolume, volume: Volume4D): void {
  const { phaseCount, fromBase, bloodOf, clear } = ventricleSlices(anatomy, volume, 'left');
  for (let t = 0; t < phaseCount; t++) {
    const first = fromBase.findIndex((z) => {
      const { border, walled } = wallContact(anatomy, t, z);
      return border > 0 && walled >= LEAST_WALLED * border;
    });
    const above = fromBase.slice(0, Math.max(0, first));
    const hasBlood = (z: number): boolean => bloodOf(t, z) > 0;
    if (above.filter(hasBlood).length > MOST_BASE * fromBase.filter(hasBlood).length) continue;
    for (const z of above) clear(t, z);
  }
}

/**
 * Clears a ventricle, in all phases, from the slices above the first, seen from the base, that shows it at end diastole and
 * whose blood does not grow while the ventricle ejects, when blood grows in any of them: an atrium fills meanwhile, and the
 * base moves away from a slice, never into it. Where there is no such slice nothing is cleared.
 *
 * @returns how many slices had growing blood
 */
export function clearAtrialSlices(
  { phaseCount, fromBase, bloodOf, clear }: VentricleSlices,
  { endDiastole, endSystole }: EndPhases,
): number {
  const grows = (z: number): boolean =>
    bloodOf(endSystole, z) > (1 + LEAST_GROWTH) * bloodOf(endDiastole, z);
  const first = fromBase.findIndex((z) => bloodOf(endDiastole, z) > 0 && !grows(z));
  const above = fromBase.slice(0, Math.max(0, first));
  const atrial = above.filter(grows).length;
  if (atrial === 0) return 0;
  for (let t = 0; t < phaseCount; t++) for (const z of above) clear(t, z);
  return atrial;
}

/**
 * Clears a ventricle from basal slices in which it is found again after it was gone, up to end systole: while the ventricle
 * ejects its base moves towards the apex alone. Only the second half of that time counts, in which the base has nearly come
 * to its end; before, a slice that was missed in one phase would be lost for a true one. Where that would take more than
 * half of the slices with blood, one of the two phases was not recognised, and nothing is cleared.
 *
 * @returns how many slices of end systole were cleared
 */
export function clearReturnedBase(
  { phaseCount, fromBase, bloodOf, clear }: VentricleSlices,
  { endDiastole, endSystole }: EndPhases,
): number {
  const withBlood = (t: number): number[] => fromBase.filter((z) => bloodOf(t, z) > 0);
  const steps = (endSystole - endDiastole + phaseCount) % phaseCount;
  let gone: readonly number[] = [];
  let cleared = 0;
  for (let k = Math.ceil(steps / 2); k <= steps; k++) {
    const t = (endDiastole + k) % phaseCount;
    const shown = withBlood(t);
    const returned = shown.filter((z) => gone.includes(z));
    if (returned.length > MOST_BASE * shown.length) continue;
    for (const z of returned) clear(t, z);
    if (t === endSystole) cleared = returned.length;
    const above = fromBase.slice(0, Math.max(0, fromBase.indexOf(withBlood(t)[0])));
    if (above.length > gone.length) gone = above;
  }
  return cleared;
}

export function returnedBaseNote(slices: number, side: Side): string {
  return notCounted(slices, `${side} ventricle at end systole`, 'did not show it shortly before');
}

export function atrialSlicesNote(slices: number, side: Side): string {
  const reason = 'would show more of its blood at end systole than at end diastole';
  return notCounted(slices, `${side} ventricle`, reason);
}

function notCounted(slices: number, as: string, reason: string): string {
  const [are, they] =
    slices === 1 ? ['slice at the base is', 'it'] : ['slices at the base are', 'they'];
  return `${slices} ${are} not counted as ${as}, because ${they} ${reason}`;
}
