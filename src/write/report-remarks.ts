// What the report says in words: what it is, what it is not, and what is missing.
import { isBlindToPathology } from '../model-identity.ts';
import { missingQuantities } from './quantities.ts';
import type { WriteInput } from './write-input.ts';

/** One sentence each, free of patient data; the ones that a reader must not miss come first. */
export function reportRemarks(input: WriteInput): string[] {
  const { exam, segmentation, measurements, software } = input;
  const { model, endDiastole, endSystole } = segmentation;
  const [phases, slices] = exam.volume.shape;
  const untrained =
    'UNTRAINED MODEL: its weights are random numbers, and nothing in this report describes the patient.';
  const blind =
    'THIS MODEL DOES NOT FIND SCAR OR EDEMA: that none is shown does not mean that there is none.';
  return [
    'Research use only. Made by software and not reviewed by a physician.',
    ...(model.isTrained ? [] : [untrained]),
    ...(isBlindToPathology(model) ? [blind] : []),
    ...(model.cautions ?? []),
    `Made by ${software.name} ${software.version} with CineMyoPS model ${model.version} from ${slices} slices of ${phases} phases; phases ordered by ${exam.timeKey}; end diastole is phase ${endDiastole + 1}, end systole phase ${endSystole + 1}.`,
    'Edema and scar are inferred from motion in cine images, without contrast agent or T2 weighting.',
    'Date and time of content are those of the images, or 1900-01-01 where they have none.',
    ...exam.completeness.notes.map((note) => `Images: ${note}`),
    ...segmentation.notes.map((note) => `Segmentation: ${note}`),
    ...missingQuantities(measurements),
  ];
}
