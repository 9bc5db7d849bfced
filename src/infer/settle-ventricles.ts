// What counts as ventricle, slice by slice and phase by phase, and the ends of the beat (decision 0018).
import type { LabelVolume } from '../labels.ts';
import type { Volume4D } from '../volume.ts';
import {
  atrialSlicesNote,
  clearAtrialSlices,
  clearReturnedBase,
  clearUnwalledBase,
  returnedBaseNote,
} from './base-of-heart.ts';
import { findEndPhases, type EndPhases } from './end-phases.ts';
import { lvCurve } from './lv-curve.ts';
import { clearSwollenEnds, swollenEndsNote } from './swollen-ends.ts';
import { ventricleSlices } from './ventricle-slices.ts';

export interface SettledVentricles {
  readonly phases: EndPhases;
  /** What was not counted, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Clears, in place, what a trained network took for a ventricle beyond its ends.
 *
 * @param anatomy - `[T, Z, Y, X]`, values of ANATOMY
 * @param coverage - share of the R-R interval that the phases cover
 */
export function settleVentricles(
  anatomy: LabelVolume,
  volume: Volume4D,
  coverage: number,
): SettledVentricles {
  clearUnwalledBase(anatomy, volume);
  const phases = findEndPhases(lvCurve(anatomy, volume), coverage);
  const notes = (['left', 'right'] as const).flatMap((side) => {
    const slices = ventricleSlices(anatomy, volume, side);
    const atrial = clearAtrialSlices(slices, phases);
    // The slices below those have not been judged yet. The wall of the right ventricle is not segmented.
    if (side === 'left') clearUnwalledBase(anatomy, volume);
    const swollen = clearSwollenEnds(slices, phases);
    const returned = clearReturnedBase(slices, phases);
    return [
      ...(atrial > 0 ? [atrialSlicesNote(atrial, side)] : []),
      ...(swollen > 0 ? [swollenEndsNote(swollen, side)] : []),
      ...(returned > 0 ? [returnedBaseNote(returned, side)] : []),
    ];
  });
  return { phases, notes };
}
