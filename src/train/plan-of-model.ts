// What a run takes over from the model whose weights it begins with.
import type { Manifest } from '../network/model/manifest.ts';
import type { TrainingPlan } from './plan.ts';
import { dataBehind } from './training-record.ts';

/** Its widths, the sides of its images, what it was trained on and where it is weak. */
export function planOfModel({
  architecture,
  cautions,
  deviceUid,
  input,
  training,
}: Manifest): Pick<
  TrainingPlan,
  'architecture' | 'cautions' | 'earlierData' | 'patchMm' | 'startedFrom' | 'stillPixels'
> {
  return {
    architecture,
    cautions,
    earlierData: dataBehind(training),
    patchMm: input.pathologySizeMm,
    startedFrom: deviceUid,
    stillPixels: input.regionSizeMm,
  };
}
