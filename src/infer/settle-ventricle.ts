// What counts as left ventricle, slice by slice and phase by phase, and the ends of its beat (decision 0018).
import type { LabelVolume } from '../labels.ts';
import type { Volume4D } from '../volume.ts';
import {
  atrialSlicesNote,
  clearAtrialSlices,
  clearReturnedBase,
  clearUnwalledBase,
} from './base-of-heart.ts';
import { findEndPhases, type EndPhases } from './end-phases.ts';
import { lvCurve } from './lv-curve.ts';
import { clearSwollenEnds, swollenEndsNote } from './swollen-ends.ts';

export interface SettledVentricle {
  readonly phases: EndPhases;
  /** What was not counted, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Clears, in place, what a trained network took for left ventricle beyond its ends.
 *
 * @param anatomy - `[T, Z, Y, X]`, values of ANATOMY
 * @param coverage - share of the R-R interval that the phases cover
 */
export function settleVentricle(
  anatomy: LabelVolume,
  volume: Volume4D,
  coverage: number,
): SettledVentricle {
  clearUnwalledBase(anatomy, volume);
  const phases = findEndPhases(lvCurve(anatomy, volume), coverage);
  const atrial = clearAtrialSlices(anatomy, volume, phases);
  // The slices below those have not been judged yet.
  clearUnwalledBase(anatomy, volume);
  const swollen = clearSwollenEnds(anatomy, volume, phases);
  clearReturnedBase(anatomy, volume, phases);
  return {
    phases,
    notes: [
      ...(atrial > 0 ? [atrialSlicesNote(atrial)] : []),
      ...(swollen > 0 ? [swollenEndsNote(swollen)] : []),
    ],
  };
}
