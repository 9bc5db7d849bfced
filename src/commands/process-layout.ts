// `cinemyops process` on a folder in the authors' layout: NIfTI slices in, label files out.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '../infer/infer.ts';
import { inferFrames } from '../infer/infer-frames.ts';
import { withMirroring } from '../infer/mirrored-session.ts';
import { TASK_LABEL_OF_PATHOLOGY } from '../labels.ts';
import { listCases } from '../nifti/authors-layout.ts';
import { readCase } from '../nifti/case-volume.ts';
import { writeNifti } from '../nifti/write-nifti.ts';
import type { Progress } from '../progress.ts';

export interface LayoutOptions {
  readonly network: Network;
  readonly isMirrored: boolean;
  readonly progress: Progress;
}

/**
 * Segments pathology of every slice at end diastole and writes it as `CaseXXXX_sNN.nii.gz`, where the
 * slice's first frame lies, in the numbers that the authors' labels have.
 *
 * @returns how many files were written
 * @throws {NodeError} `nifti-invalid`, `exam-incomplete` or `heart-not-found`
 */
export async function processLayout(
  folder: string,
  outDir: string,
  { network, isMirrored, progress }: LayoutOptions,
): Promise<number> {
  const used = isMirrored ? { ...network, session: withMirroring(network.session) } : network;
  const cases = await listCases(folder);
  await mkdir(outDir, { recursive: true });
  let written = 0;
  for (const [i, files] of cases.entries()) {
    progress('cases', i, cases.length);
    const { volume, geometry } = await readCase(files);
    const { pathology } = await inferFrames(volume, used, progress);
    const [, , rows, columns] = volume.shape;
    const size = rows * columns;
    for (const [z, { name }] of files.slices.entries()) {
      const own = pathology.labels.subarray(z * size, (z + 1) * size);
      await writeNifti(join(outDir, `${name}.nii.gz`), {
        values: own.map((label) => TASK_LABEL_OF_PATHOLOGY[label]),
        shape: [1, 1, rows, columns],
        ...geometry[z],
      });
      written++;
    }
  }
  progress('cases', cases.length, cases.length);
  return written;
}
