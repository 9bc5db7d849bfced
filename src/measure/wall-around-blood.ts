// Whether what was segmented can be a left ventricle at all.
import type { LabelVolume } from '../labels.ts';
import { wallContact } from '../wall-contact.ts';

/**
 * Less of the blood's border than this in touch with myocardium is no left ventricle. Measured on 20 simulated hearts
 * of any contrast: .93 to 1.00 where the ventricle was found, .87 where part of its wall was missed, .25 where it was
 * something else (decision 0015).
 */
export const LEAST_WALL_SHARE = 0.75;

/**
 * The share of the border of left-ventricular blood, within the slices of one phase, that touches myocardium. The
 * valves and the outflow tract leave some of the basal border free.
 *
 * @returns 0 to 1; NaN where there is no blood
 */
export function wallShare(anatomy: LabelVolume, t: number): number {
  const contacts = Array.from({ length: anatomy.shape[1] }, (_, z) => wallContact(anatomy, t, z));
  const sum = (key: 'border' | 'walled'): number =>
    contacts.reduce((total, contact) => total + contact[key], 0);
  return sum('walled') / sum('border');
}
