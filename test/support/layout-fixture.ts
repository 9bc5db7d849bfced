// A simulated case as the authors lay it out.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NiftiGeometry } from '../../src/nifti/nifti-image.ts';
import { writeNifti } from '../../src/nifti/write-nifti.ts';
import { simulateExam, type SimulatedExam } from '../../src/simulate/simulate.ts';

export const LAYOUT_GEOMETRY: NiftiGeometry = {
  spacingMm: [1.25, 1.5, 10],
  affine: [
    [-1.25, 0, 0, 61],
    [0, -1.5, 0, 62],
    [0, 0, 10, 63],
  ],
};

/** Writes imagesTr and labelsTr of `Case0007`: two slices of five frames. */
export async function writeLayoutCase(folder: string): Promise<SimulatedExam> {
  const exam = simulateExam(12, {
    condition: 'infarct',
    slices: 3,
    phases: 8,
    matrix: 64,
    pixelSpacingMm: [1.5, 1.25],
    startsAtEndDiastole: true,
    isCentred: true,
  });
  const [images, labels] = ['imagesTr', 'labelsTr'].map((name) => join(folder, name));
  for (const path of [images, labels]) mkdirSync(path, { recursive: true });
  const [, slices, rows, columns] = exam.volume.shape;
  const frame = (t: number, z: number) => {
    const start = (t * slices + z) * rows * columns;
    return [start, start + rows * columns] as const;
  };
  for (const z of [0, 1]) {
    const name = `Case0007_s0${z + 1}`;
    const file = { ...LAYOUT_GEOMETRY, shape: [1, 1, rows, columns] as const };
    for (let t = 0; t < 5; t++)
      await writeNifti(join(images, `${name}_000${t}.nii.gz`), {
        ...file,
        values: Int16Array.from(exam.volume.voxels.subarray(...frame(t, z))),
      });
    await writeNifti(join(labels, `${name}.nii.gz`), {
      ...file,
      values: exam.labels.labels.slice(...frame(0, z)),
    });
  }
  return exam;
}
