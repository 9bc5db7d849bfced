// One exam from left to right: read, group, infer, measure, write.
import { createHash } from 'node:crypto';
import { readFrames } from './dicom/read-frames.ts';
import { NodeError } from './errors.ts';
import type { CineExam } from './exam.ts';
import type { Findings, Measurements } from './findings.ts';
import { groupCine } from './group/group.ts';
import { inferExam, type Network } from './infer/infer.ts';
import { measureExam } from './measure/measure.ts';
import { unmeasuredVentricle } from './measure/unmeasured-ventricle.ts';
import { isBlindToPathology } from './model-identity.ts';
import type { Progress } from './progress.ts';
import type { ExamResult, InputInstance } from './result.ts';
import type { Segmentation } from './segmentation.ts';
import { SOFTWARE } from './software.ts';
import { writeResults } from './write/write.ts';

export interface AnalysisParts {
  readonly network: Network;
  /** True when no more images are to be expected: an incomplete exam is then analysed as partial. */
  readonly waitIsOver: boolean;
  readonly progress: Progress;
}

/**
 * Analyses one study: the same images and model give the same result, byte for byte, in any order.
 *
 * @param instances - every instance of the study; what is not cine is told apart by content
 * @throws {NodeError} `exam-incomplete` when images are missing and `waitIsOver` is false
 * @throws {NodeError} `no-cine`, `several-patients`, `several-studies`, `heart-not-found`,
 *   `pixel-data-unsupported`, `dicom-truncated`
 */
export async function analyseExam(
  instances: readonly InputInstance[],
  { network, waitIsOver, progress }: AnalysisParts,
): Promise<ExamResult> {
  progress('group', 0, 1);
  const exam = await groupCine({ ...readFrames(instances), waitIsOver });
  if (exam.completeness.verdict === 'waiting') throw incomplete(exam);
  progress('group', 1, 1);
  const segmentation = await inferExam(exam, network, progress);
  const measurements = measureExam(exam, segmentation);
  const fingerprint = fingerprintOf(exam);
  progress('write', 0, 1);
  const objects = writeResults({
    exam,
    segmentation,
    measurements,
    fingerprint,
    software: SOFTWARE,
  });
  progress('write', 1, 1);
  return { fingerprint, findings: findingsOf(exam, segmentation, measurements), objects };
}

/** Hash of the frames that were used: the same frames give the same value. */
export function fingerprintOf(exam: CineExam): string {
  const frames = exam.sources.map((s) => `${s.sopInstanceUid} ${s.frameNumber ?? 0}`);
  return createHash('sha256').update(JSON.stringify(frames.toSorted())).digest('hex');
}

function incomplete({ completeness }: CineExam): NodeError {
  return new NodeError(
    'exam-incomplete',
    `expected a whole short-axis cine, got one that lacks images: ${completeness.notes.join('; ')}`,
  );
}

function findingsOf(
  exam: CineExam,
  segmentation: Segmentation,
  measurements: Measurements,
): Findings {
  const { model, notes, endDiastole, endSystole } = segmentation;
  const [phases, slices] = exam.volume.shape;
  return {
    schema: 'cinemyops-findings-1',
    studyInstanceUid: exam.studyInstanceUid,
    software: { name: SOFTWARE.name, version: SOFTWARE.version },
    model,
    warnings: [
      'research use only; not reviewed by a physician',
      ...(model.isTrained
        ? []
        : ['the model is untrained: its weights are random and every number here is meaningless']),
      ...(isBlindToPathology(model)
        ? ['the model does not find scar or edema: that none is shown means nothing']
        : []),
      ...unmeasuredVentricle(measurements),
      ...(model.cautions ?? []),
    ],
    completeness: exam.completeness,
    decisions: exam.decisions,
    slices,
    phases,
    timeKey: exam.timeKey,
    endDiastolePhase: endDiastole + 1,
    endSystolePhase: endSystole + 1,
    measurements,
    notes,
  };
}
