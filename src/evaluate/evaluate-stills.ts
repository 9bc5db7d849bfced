// Stills with the LV drawn in, as `train` reads them: one case a patient, its images one above the other.
import { groupOfName, shownName } from '../contours/sunnybrook-name.ts';
import { inferStills } from '../infer/infer-stills.ts';
import { NodeError } from '../errors.ts';
import { listStills, readStill, type StillFile } from '../train/stills-source.ts';
import type { CineSlice } from '../train/source.ts';
import { USUAL_SLICE_STEP_MM, type Volume4D } from '../volume.ts';
import type { EvaluationParts } from './analyse.ts';
import { outlinesOnly, type CaseReport } from './case-result.ts';
import { pictureOf } from './overlay.ts';
import { scorePhase } from './score-phase.ts';
import type { TruthPhase } from './truth-phase.ts';

export interface StillsCase {
  readonly id: string;
  readonly group: string;
  readonly files: readonly StillFile[];
}

/**
 * Lists the patients of `DIR`, `DIR,only=K/N` or `DIR,without=K/N`.
 *
 * @throws {NodeError} `usage` when a folder cannot be read
 */
export async function listStillsCases(text: string): Promise<StillsCase[]> {
  return [...(await listStills(text))].map(([name, files]) => {
    return { id: shownName(name), group: groupOfName(name) ?? 'stills', files };
  });
}

/** Segments the stills of one patient and compares what was drawn. */
export async function evaluateStills(
  spec: string,
  { id, group, files }: StillsCase,
  { network, progress }: EvaluationParts,
): Promise<CaseReport> {
  const { volume, truth } = await readPatient(files);
  const anatomy = await inferStills(volume, network, progress);
  const predicted = { anatomy: anatomy.labels };
  return {
    result: outlinesOnly({
      id,
      spec,
      group,
      scores: scorePhase(volume, truth, predicted),
    }),
    pictures: [pictureOf(id, volume, { truth: [truth], predictedAt: () => predicted })],
  };
}

async function readPatient(
  files: readonly StillFile[],
): Promise<{ volume: Volume4D; truth: TruthPhase }> {
  const stills: CineSlice[] = [];
  for (const file of files) stills.push(await readStill(file));
  const [, rows, columns] = stills[0].shape;
  const size = rows * columns;
  const voxels = new Float32Array(stills.length * size);
  const labels = new Uint8Array(stills.length * size);
  stills.forEach((still, z) => {
    if (still.frames.length !== size)
      throw new NodeError(
        'shape-mismatch',
        `expected stills of ${rows} x ${columns} pixels as the first of the patient, got ${still.shape[1]} x ${still.shape[2]}`,
      );
    voxels.set(still.frames, z * size);
    labels.set(still.labels.get(0) ?? [], z * size);
  });
  const slices = stills.map((_, z) => z);
  const walled = slices.filter((z) => stills[z].annotation.hasMyocardium);
  const volume: Volume4D = {
    voxels,
    shape: [1, stills.length, rows, columns],
    planes: slices.map((z) => ({
      imagePositionPatient: [0, 0, z * USUAL_SLICE_STEP_MM],
      imageOrientationPatient: [1, 0, 0, 0, 1, 0],
    })),
    pixelSpacingMm: stills[0].pixelSpacingMm,
    sliceThicknessMm: USUAL_SLICE_STEP_MM,
    triggerTimesMs: new Float64Array(stills.length),
  };
  return {
    volume,
    truth: {
      name: 'stills',
      t: 0,
      labels,
      drawn: [
        { structure: 'LV blood', slices },
        ...(walled.length > 0 ? [{ structure: 'LV myocardium', slices: walled } as const] : []),
      ],
    },
  };
}
