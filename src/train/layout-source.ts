// The authors' layout: `layout:DIR` with `imagesTr/CaseXXXX_sNN_0000.nii.gz`, ... and `labelsTr/CaseXXXX_sNN.nii.gz`.
import { join } from 'node:path';
import { NodeError } from '../errors.ts';
import { shortHash } from '../fingerprint.ts';
import { listCases, type SliceFiles } from '../nifti/authors-layout.ts';
import type { NiftiImage } from '../nifti/nifti-image.ts';
import { readNifti } from '../nifti/read-nifti.ts';
import { taskLabelsOf } from '../nifti/task-labels.ts';
import { annotationOf } from './annotation.ts';
import type { CineSlice, TrainingSource } from './source.ts';

const PREFIX = 'layout:';
/** The authors give 17 frames of a cycle of 25. */
const PHASES_OF_CYCLE = 25;

async function readLabels(root: string, { name }: SliceFiles): Promise<NiftiImage> {
  return readNifti(join(root, 'labelsTr', `${name}.nii.gz`));
}

async function readSlice(
  root: string,
  files: SliceFiles,
  drawn: readonly number[],
): Promise<CineSlice> {
  const label = await readLabels(root, files);
  const [, , rows, columns] = label.shape;
  const frames = new Float32Array(files.frames.length * rows * columns);
  for (const [t, path] of files.frames.entries()) {
    const image = await readNifti(path);
    if (image.values.length !== rows * columns)
      throw new NodeError(
        'shape-mismatch',
        `expected a frame of ${rows} x ${columns} pixels as its label has, got [${image.shape.join(', ')}]`,
      );
    frames.set(image.values, t * rows * columns);
  }
  const [columnMm, rowMm] = label.spacingMm;
  return {
    frames,
    shape: [files.frames.length, rows, columns],
    pixelSpacingMm: [rowMm, columnMm],
    cycleShare: Math.min(1, files.frames.length / PHASES_OF_CYCLE),
    endDiastole: 0,
    labels: new Map([[0, taskLabelsOf(label, files.name)]]),
    annotation: annotationOf(drawn),
  };
}

/** The labels of a patient's slices, each value once. */
async function drawnLabels(
  root: string,
  slices: readonly SliceFiles[],
): Promise<readonly number[]> {
  const drawn = new Set<number>();
  for (const files of slices)
    for (const value of taskLabelsOf(await readLabels(root, files), files.name)) drawn.add(value);
  return [...drawn];
}

/**
 * Opens `layout:DIR`. What no slice of a patient has drawn counts as not annotated in that patient.
 *
 * @throws {NodeError} `not-found` or `nifti-invalid` when files are missing or cannot be read
 */
export async function openLayoutSource(spec: string): Promise<TrainingSource> {
  const root = spec.slice(PREFIX.length);
  const cases = await listCases(join(root, 'imagesTr'));
  const byPatient = new Map(cases.map(({ patient, slices }) => [shortHash(patient), slices]));
  const drawn = new Map<string, readonly number[]>();
  return {
    spec,
    patients: [...byPatient.keys()].toSorted(),
    async draw(patient, random) {
      const slices = byPatient.get(patient) ?? [];
      const labels = drawn.get(patient) ?? (await drawnLabels(root, slices));
      drawn.set(patient, labels);
      return readSlice(root, random.pick(slices), labels);
    },
  };
}
