// A real exam of which nothing is known: its numbers and its pictures.
import { shortHash } from '../fingerprint.ts';
import {
  analyse,
  phasesFound,
  predictedAt,
  unprovenNumbers,
  wallFound,
  type EvaluationParts,
} from './analyse.ts';
import type { CaseReport } from './case-result.ts';
import { pictureOf } from './overlay.ts';
import { readImages, type ReadInstances } from './read-images.ts';
import type { TruthPhase } from './truth-phase.ts';

/** Analyses one folder or archive of DICOM. */
export async function evaluateDicom(
  spec: string,
  path: string,
  parts: EvaluationParts & { readonly readInstances: ReadInstances },
): Promise<CaseReport> {
  const analysed = await analyse(await readImages(path, parts.readInstances), parts);
  const { exam, segmentation } = analysed;
  // A file name may be a patient's; what evaluation writes must not be.
  const id = `exam-${shortHash(exam.studyInstanceUid)}`;
  const phase = (name: 'ED' | 'ES', t: number): TruthPhase => ({
    name,
    t,
    labels: new Uint8Array(exam.volume.shape[1] * exam.volume.shape[2] * exam.volume.shape[3]),
    drawn: [],
  });
  const truth = [phase('ED', segmentation.endDiastole), phase('ES', segmentation.endSystole)];
  return {
    result: {
      id,
      spec,
      group: 'unknown',
      outcome: 'evaluated',
      phasesFound: phasesFound(analysed),
      phasesTrue: null,
      scores: [],
      compared: [],
      found: [...unprovenNumbers(analysed.measurements), wallFound(analysed)],
      motion: null,
      notes: segmentation.notes,
    },
    pictures: [pictureOf(id, exam.volume, { truth, predictedAt: (t) => predictedAt(analysed, t) })],
  };
}
