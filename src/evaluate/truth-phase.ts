// What is known of one phase of an exam, and the structures that are compared there.
import { ANATOMY, PATHOLOGY, TASK_LABEL } from '../labels.ts';

/** Structures by the labels that make them up, in truth and in the two outputs of the network. */
export const STRUCTURES = {
  'LV blood': { truth: [TASK_LABEL.lvBlood], output: 'anatomy', predicted: [ANATOMY.lvBlood] },
  'LV myocardium': {
    truth: [TASK_LABEL.myocardium, TASK_LABEL.edema, TASK_LABEL.scar],
    output: 'anatomy',
    predicted: [ANATOMY.myocardium],
  },
  'RV blood': { truth: [TASK_LABEL.rvBlood], output: 'anatomy', predicted: [ANATOMY.rvBlood] },
  scar: { truth: [TASK_LABEL.scar], output: 'pathology', predicted: [PATHOLOGY.scar] },
  'scar or edema': {
    truth: [TASK_LABEL.scar, TASK_LABEL.edema],
    output: 'pathology',
    predicted: [PATHOLOGY.scar, PATHOLOGY.edema],
  },
} as const;

export type Structure = keyof typeof STRUCTURES;

export const ANATOMICAL: readonly Structure[] = ['LV blood', 'LV myocardium', 'RV blood'];
export const LESIONS: readonly Structure[] = ['scar', 'scar or edema'];

/** Labels that are true of one phase. */
export interface TruthPhase {
  /**
   * `ED found`: the phase that the model took for end diastole, where it draws pathology. `stills`: images of several
   * phases together.
   */
  readonly name: 'ED' | 'ES' | 'ED found' | 'stills';
  /** 0-based native phase. */
  readonly t: number;
  /** `[Z, Y, X]`, values of TASK_LABEL. */
  readonly labels: Uint8Array;
  /** What was drawn, and on which slices: elsewhere nothing is known. */
  readonly drawn: readonly { readonly structure: Structure; readonly slices: readonly number[] }[];
}
