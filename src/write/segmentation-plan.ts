// What goes into one segmentation object.
import { isBlindToPathology } from '../model-identity.ts';
import type { LabelVolume } from '../labels.ts';
import type { ResultKind } from '../result.ts';
import { ANATOMY_STRUCTURES, PATHOLOGY_STRUCTURES, type Structure } from './structures.ts';
import { segmentationTypeOf } from './result-uids.ts';
import { allPhases } from './source-references.ts';
import type { SegmentationType, WriteInput } from './write-input.ts';

export interface SegmentationPlan {
  readonly kind: ResultKind;
  readonly segmentationType: SegmentationType;
  readonly seriesNumber: number;
  readonly description: string;
  /** Content Label: capitals, digits, underscore; at most 16. */
  readonly contentLabel: string;
  readonly structures: readonly Structure[];
  /** `[T, Z, Y, X]`; T phases as named by `phases`. */
  readonly labels: LabelVolume;
  /** 0-based native phase of each t of the labels. */
  readonly phases: readonly number[];
  /** 0-based native phase. */
  readonly endDiastole: number;
  readonly endSystole: number;
}

/** Numbers of the result series, high so that they follow the scanner's own. */
export const SERIES_NUMBERS = { 'anatomy-seg': 9501, 'pathology-seg': 9502, 'report-sr': 9503 };

/** LV blood, LV myocardium and RV blood in every native phase. */
export function anatomyPlan(input: WriteInput): SegmentationPlan {
  const { exam, segmentation } = input;
  return {
    kind: 'anatomy-seg',
    segmentationType: segmentationTypeOf(input),
    seriesNumber: SERIES_NUMBERS['anatomy-seg'],
    description: 'CineMyoPS heart, all phases',
    contentLabel: 'HEART_ANATOMY',
    structures: ANATOMY_STRUCTURES,
    labels: segmentation.anatomy,
    phases: allPhases(exam),
    endDiastole: segmentation.endDiastole,
    endSystole: segmentation.endSystole,
  };
}

/** Scar, edema and healthy myocardium at end diastole. */
export function pathologyPlan(input: WriteInput): SegmentationPlan {
  const { segmentation } = input;
  return {
    kind: 'pathology-seg',
    segmentationType: segmentationTypeOf(input),
    seriesNumber: SERIES_NUMBERS['pathology-seg'],
    description: isBlindToPathology(segmentation.model)
      ? 'CineMyoPS, DOES NOT FIND SCAR, ED'
      : 'CineMyoPS scar and edema, ED',
    contentLabel: 'MYO_PATHOLOGY',
    structures: PATHOLOGY_STRUCTURES,
    labels: segmentation.pathology,
    phases: [segmentation.endDiastole],
    endDiastole: segmentation.endDiastole,
    endSystole: segmentation.endSystole,
  };
}
