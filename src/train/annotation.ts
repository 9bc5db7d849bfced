// What was drawn in a patient, told from the labels that occur.
import { TASK_LABEL } from '../labels.ts';
import type { Annotation } from '../network/targets.ts';

/**
 * A structure that occurs in no slice of a patient was not drawn; one that occurs was drawn in every slice.
 * A patient without scar thereby teaches nothing about scar: better than calling undrawn scar healthy.
 *
 * @param labels - values of TASK_LABEL that occur
 */
export function annotationOf(labels: Iterable<number>): Annotation {
  const drawn = new Set(labels);
  const { lvBlood, myocardium, rvBlood, scar, edema } = TASK_LABEL;
  return {
    hasLvBlood: drawn.has(lvBlood),
    hasMyocardium: drawn.has(myocardium),
    hasRvBlood: drawn.has(rvBlood),
    hasScar: drawn.has(scar),
    hasEdema: drawn.has(edema),
  };
}
