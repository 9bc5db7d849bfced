// 4D NIfTI with a label at end diastole: `nifti:DIR` with `NAME.nii.gz` (or `.nii`) and `NAME_label.nii.gz` beside it.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, NodeError } from '../errors.ts';
import { shortHash } from '../fingerprint.ts';
import { readNifti } from '../nifti/read-nifti.ts';
import { taskLabelsOf } from '../nifti/task-labels.ts';
import { annotationOf } from './annotation.ts';
import type { CineSlice, TrainingSource } from './source.ts';

const PREFIX = 'nifti:';
const LABEL_FILE = /^(?<name>.+)_label\.nii(?<gz>\.gz)?$/;

/** Paths of one exam's cine and of its labels. */
interface ExamFiles {
  readonly name: string;
  readonly cine: string;
  readonly label: string;
}

async function listExams(root: string): Promise<ExamFiles[]> {
  const names = await readdir(root).catch((cause: unknown) => {
    throw new NodeError('usage', `expected ${PREFIX}DIR with a folder: ${messageOf(cause)}`, {
      cause,
    });
  });
  return names.toSorted().flatMap((file) => {
    const groups = LABEL_FILE.exec(file)?.groups;
    if (groups === undefined) return [];
    const name = groups['name'];
    const cine = [`${name}.nii.gz`, `${name}.nii`].find((candidate) => names.includes(candidate));
    if (cine === undefined)
      throw new NodeError(
        'not-found',
        `expected the .nii.gz of ${shortHash(name)} beside its label, found none`,
      );
    return [{ name, cine: join(root, cine), label: join(root, file) }];
  });
}

/** All slices of an exam. */
async function readExam({ name, cine, label }: ExamFiles): Promise<CineSlice[]> {
  const shown = shortHash(name);
  const image = await readNifti(cine, shown);
  const drawn = await readNifti(label, `the label of ${shown}`);
  const [phases, slices, rows, columns] = image.shape;
  const [, labelSlices, labelRows, labelColumns] = drawn.shape;
  if (labelSlices !== slices || labelRows !== rows || labelColumns !== columns)
    throw new NodeError(
      'shape-mismatch',
      `${shown}: expected a label of ${slices} x ${rows} x ${columns} voxels, got ${labelSlices} x ${labelRows} x ${labelColumns}`,
    );
  const labels = taskLabelsOf(drawn, `the label of ${shown}`);
  const annotation = annotationOf(labels);
  const [columnMm, rowMm] = image.spacingMm;
  const size = rows * columns;
  return Array.from({ length: slices }, (_, z): CineSlice => {
    const frames = new Float32Array(phases * size);
    for (let t = 0; t < phases; t++) {
      const at = (t * slices + z) * size;
      frames.set(image.values.subarray(at, at + size), t * size);
    }
    return {
      frames,
      shape: [phases, rows, columns],
      pixelSpacingMm: [rowMm, columnMm],
      cycleShare: 1,
      endDiastole: 0,
      labels: new Map([[0, labels.slice(z * size, (z + 1) * size)]]),
      annotation,
    };
  });
}

/**
 * Opens `nifti:DIR`: whole cycles whose first phase is end diastole, as the CARE challenge gives them.
 * What an exam's label does not have at all was not drawn in it.
 *
 * @throws {NodeError} `usage`, `not-found` or `nifti-invalid`
 */
export async function openVolumeSource(spec: string): Promise<TrainingSource> {
  const exams = await listExams(spec.slice(PREFIX.length));
  const byPatient = new Map(exams.map((exam) => [shortHash(exam.name), exam]));
  // Slices of one exam are often drawn in a row, and reading it is slow.
  let last: { readonly patient: string; readonly slices: readonly CineSlice[] } | undefined;
  return {
    spec,
    patients: [...byPatient.keys()].toSorted(),
    async draw(patient, random) {
      const files = byPatient.get(patient);
      if (files === undefined) throw new RangeError('no such patient in this source');
      if (last?.patient !== patient) last = { patient, slices: await readExam(files) };
      return random.pick(last.slices);
    },
  };
}
