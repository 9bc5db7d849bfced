// How well a network tells what part of its blood a ventricle ejects, over slices that were drawn at both ends of the beat.
import { ANATOMY, TASK_LABEL } from '../labels.ts';
import type { Prediction } from './validate.ts';
import type { PatientSlices } from './validation-cases.ts';

const count = (labels: Uint8Array, wanted: number): number =>
  labels.reduce((sum, label) => sum + (label === wanted ? 1 : 0), 0);

/**
 * 1 less the distance of the ejected share that was found from the true one: 0.95 is an ejection fraction that is 5
 * points off. It is that of the slices looked at, each at its own end systole, not the patient's.
 *
 * @param predictions - one for each case
 * @returns undefined where no slice was drawn at both ends, or none holds blood at end diastole
 */
export function ejectionScore(
  { cases, beats }: PatientSlices,
  predictions: readonly Prediction[],
): number | undefined {
  const found = beats.map((beat) =>
    beat.map((i) => count(predictions[i].anatomy, ANATOMY.lvBlood)),
  );
  const truth = beats.map((beat) => beat.map((i) => count(cases[i].labels, TASK_LABEL.lvBlood)));
  const trueShare = ejected(truth);
  if (trueShare === undefined) return undefined;
  // A network that sees no blood at all is as wrong as can be.
  const foundShare = ejected(found) ?? trueShare - 1;
  return 1 - Math.min(1, Math.abs(foundShare - trueShare));
}

/** Share of the pixels of end diastole that are gone at end systole, over all slices. */
function ejected(pixels: readonly (readonly number[])[]): number | undefined {
  const [diastole, systole] = [0, 1].map((end) => pixels.reduce((sum, beat) => sum + beat[end], 0));
  return diastole === 0 ? undefined : 1 - systole / diastole;
}
