// How much of a heart without lesions is left without them: Dice says nothing where there is none in truth.
import { PATHOLOGY, TASK_LABEL } from '../labels.ts';
import type { Prediction } from './validate.ts';
import type { ValidationCase } from './validation-cases.ts';

/**
 * Share of the wall that is healthy in truth and was not called a lesion, over the cine of one patient.
 *
 * @returns 0 to 1; undefined when the patient has a lesion, or it is not known whether there is one
 */
export function sparedWall(
  cases: readonly ValidationCase[],
  predictions: readonly Prediction[],
): number | undefined {
  const { scar, edema, myocardium } = TASK_LABEL;
  let [wall, taken] = [0, 0];
  for (const [i, { annotation, labels }] of cases.entries()) {
    const { pathology } = predictions[i];
    if (pathology === undefined || !annotation.hasScar || !annotation.hasMyocardium) continue;
    if (labels.includes(scar) || labels.includes(edema)) return undefined;
    labels.forEach((label, k) => {
      if (label !== myocardium) return;
      wall++;
      // What was drawn where nobody looked for edema may be some.
      const isScar = pathology[k] === PATHOLOGY.scar;
      const isEdema = annotation.hasEdema && pathology[k] === PATHOLOGY.edema;
      if (isScar || isEdema) taken++;
    });
  }
  return wall === 0 ? undefined : 1 - taken / wall;
}
