// Label values in NIfTI files -> the numbers that the authors train with.
import { TASK_LABEL } from '../labels.ts';
import { invalid } from './header.ts';
import type { NiftiImage } from './nifti-image.ts';

/** Values in the files of the CARE and MyoPS challenges, and those of the authors' own layout. */
const TASK_LABEL_OF: ReadonlyMap<number, number> = new Map([
  [200, TASK_LABEL.myocardium],
  [500, TASK_LABEL.lvBlood],
  [600, TASK_LABEL.rvBlood],
  [1220, TASK_LABEL.edema],
  [2221, TASK_LABEL.scar],
  ...Object.values(TASK_LABEL).map((value) => [value, value] as const),
]);

/**
 * Labels of an image, `[T, Z, Y, X]`, values of TASK_LABEL.
 *
 * @param name - for messages
 * @throws {NodeError} `nifti-invalid` when a voxel has another value
 */
export function taskLabelsOf({ values }: NiftiImage, name: string): Uint8Array {
  return Uint8Array.from(values, (value) => {
    const label = TASK_LABEL_OF.get(value);
    if (label !== undefined) return label;
    throw invalid(name, `labels ${[...TASK_LABEL_OF.keys()].join(', ')}`, `${value}`);
  });
}
