// A slice beyond an end of a ventricle that was taken for it in one phase and not in another.
import type { EndPhases } from './end-phases.ts';
import type { Side, VentricleSlices } from './ventricle-slices.ts';

/**
 * From its widest slice at end diastole the cavity narrows towards both ends. The last slice holds more than this part of
 * the blood of its neighbour...
 */
const LEAST_JUMP = { base: 1.5, apex: 1.25 };
/**
 * ...and more than this part of its own blood at end diastole, only where it is not of the ventricle. Towards the base
 * atrium and aorta hardly empty. Towards the apex an aneurysm may stay as it is; what grows there was not recognised before.
 */
const LEAST_KEPT = { base: 0.75, apex: 1.25 };

/**
 * Clears a ventricle from its last slice towards base and apex in each phase in which its blood swells: it
 * is more than in the slice before by a jump, and did not leave while the ventricle ejected. One slice an end: where more
 * of them hold their blood, a wall may truly not contract.
 *
 * @returns how many slices of end systole were cleared; of end diastole, with which the others are compared, none is
 */
export function clearSwollenEnds(
  { phaseCount, fromBase, bloodOf, clear }: VentricleSlices,
  { endDiastole, endSystole }: EndPhases,
): number {
  const bloodAt = (t: number): number[] => fromBase.map((z) => bloodOf(t, z));
  const before = bloodAt(endDiastole);
  const widest = before.indexOf(Math.max(...before));
  let cleared = 0;
  for (let t = 0; t < phaseCount; t++) {
    if (t === endDiastole) continue;
    const now = bloodAt(t);
    const shown = [...now.keys()].filter((k) => now[k] > 0);
    const ends = [
      { end: 'base', own: shown.filter((k) => k <= widest) },
      { end: 'apex', own: shown.filter((k) => k >= widest).toReversed() },
    ] as const;
    for (const { end, own } of ends) {
      if (own.length < 2) continue;
      const [last, inner] = own;
      const jumps = now[last] > LEAST_JUMP[end] * now[inner];
      const stays = now[last] > LEAST_KEPT[end] * before[last];
      if (!jumps || !stays) continue;
      clear(t, fromBase[last]);
      if (t === endSystole) cleared++;
    }
  }
  return cleared;
}

export function swollenEndsNote(slices: number, side: Side): string {
  const [are, they, their] =
    slices === 1 ? ['slice is', 'it', 'its'] : ['slices are', 'they', 'their'];
  return `${slices} ${are} not counted as ${side} ventricle at end systole, because ${they} would show more blood than ${their} neighbours`;
}
