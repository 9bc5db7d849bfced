// Numbers of a segmentation that cannot be a heart are withheld: none is better than a wrong one.
import type { Measurements } from '../findings.ts';
import type { Segmentation } from '../segmentation.ts';
import { LEAST_WALL_SHARE, wallShare } from './wall-around-blood.ts';

const AT_END_SYSTOLE = ['lvEsv', 'lvSv', 'lvEf'] as const satisfies (keyof Measurements)[];
const NEVER_WITHHELD = ['rrInterval'] as const satisfies (keyof Measurements)[];

/**
 * Puts a reason in place of the numbers that the segmentation does not support: all of them where the ventricle of end
 * diastole cannot be one, those that need end systole where only that cannot. The volumes of all phases stay: they show
 * what was segmented. What an untrained network drew is not judged: its results say that they mean nothing.
 */
export function withholdNonsense(
  measurements: Measurements,
  { anatomy, endDiastole, endSystole, model }: Segmentation,
): Measurements {
  if (!model.isTrained) return measurements;
  const phases = [
    { name: 'end diastole', t: endDiastole, isWithheld: isOfHeart },
    { name: 'end systole', t: endSystole, isWithheld: isOfEndSystole },
  ];
  const withheld = { ...measurements };
  const names = Object.keys(measurements) as (keyof Measurements)[];
  // End diastole last: where neither is a ventricle, its reason is the one to give.
  for (const { name, t, isWithheld } of phases.toReversed()) {
    const share = wallShare(anatomy, t);
    if (!(share < LEAST_WALL_SHARE)) continue;
    const reason = `the segmentation at ${name} cannot be a left ventricle: expected ${percent(LEAST_WALL_SHARE)} or more of the border of its blood in touch with myocardium, got ${percent(share)}; look at the images and segment by hand`;
    for (const key of names) {
      const value = measurements[key];
      if (!('unit' in value) || !isWithheld(key)) continue;
      Object.assign(withheld, { [key]: { value: null, unit: value.unit, reason } });
    }
  }
  return withheld;
}

const isOfHeart = (key: string): boolean => !NEVER_WITHHELD.some((name) => name === key);

const isOfEndSystole = (key: string): boolean => AT_END_SYSTOLE.some((name) => name === key);

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
