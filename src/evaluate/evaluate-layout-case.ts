// Labelled cases in the authors' folder layout: imagesTr and labelsTr.
import { basename, join } from 'node:path';
import { existsSync } from 'node:fs';
import { NodeError } from '../errors.ts';
import { inferFrames } from '../infer/infer-frames.ts';
import type { CaseFiles } from '../nifti/authors-layout.ts';
import { readCase } from '../nifti/case-volume.ts';
import { readNifti } from '../nifti/read-nifti.ts';
import { taskLabelsOf } from '../nifti/task-labels.ts';
import type { Volume4D } from '../volume.ts';
import type { EvaluationParts } from './analyse.ts';
import { outlinesOnly, type CaseReport } from './case-result.ts';
import { pictureOf } from './overlay.ts';
import { phaseOf, scorePhase, type PredictedPhase } from './score-phase.ts';
import { ANATOMICAL, LESIONS, STRUCTURES, type TruthPhase } from './truth-phase.ts';

/**
 * Segments one case and compares it with its labels at end diastole, the first frame. A structure of
 * which no label exists in the whole case counts as not drawn, except scar and edema: a heart may
 * have none.
 */
export async function evaluateLayoutCase(
  spec: string,
  { folder, files }: { readonly folder: string; readonly files: CaseFiles },
  { network, progress }: EvaluationParts,
): Promise<CaseReport> {
  const { volume } = await readCase(files);
  const truth = await readTruth(join(folder, 'labelsTr'), files, volume);
  const { anatomy, pathology } = await inferFrames(volume, network, progress);
  const predicted: PredictedPhase = {
    anatomy: phaseOf(anatomy, 0),
    pathology: pathology.labels,
  };
  return {
    result: outlinesOnly({
      id: files.patient,
      spec,
      group: 'labelled',
      scores: scorePhase(volume, truth, predicted),
    }),
    pictures: [pictureOf(files.patient, volume, { truth: [truth], predictedAt: () => predicted })],
  };
}

async function readTruth(
  folder: string,
  { slices }: CaseFiles,
  { shape }: Volume4D,
): Promise<TruthPhase> {
  const size = shape[2] * shape[3];
  const labels = new Uint8Array(slices.length * size);
  for (const [z, { name }] of slices.entries()) {
    const path = ['.nii.gz', '.nii']
      .map((ending) => join(folder, `${name}${ending}`))
      .find((candidate) => existsSync(candidate));
    if (path === undefined)
      throw new NodeError('not-found', `expected the label file ${name}.nii.gz, found none`);
    const own = taskLabelsOf(await readNifti(path), basename(path));
    if (own.length !== size)
      throw new NodeError(
        'nifti-invalid',
        `${basename(path)}: expected ${shape[3]} x ${shape[2]} labels, got ${own.length}`,
      );
    labels.set(own, z * size);
  }
  const all = slices.map((_, z) => z);
  const present = new Set(labels);
  const structures = [
    ...ANATOMICAL.filter((s) => STRUCTURES[s].truth.some((label) => present.has(label))),
    ...LESIONS,
  ];
  const drawn = structures.map((structure) => ({ structure, slices: all }));
  return { name: 'ED', t: 0, labels, drawn };
}
