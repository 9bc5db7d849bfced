// The pipeline's steps on a case, with what evaluation compares kept.
import type { CineExam } from '../exam.ts';
import type { Measurements } from '../findings.ts';
import { readFrames } from '../dicom/read-frames.ts';
import { groupCine } from '../group/group.ts';
import { inferExam, type Network } from '../infer/infer.ts';
import { measureExam } from '../measure/measure.ts';
import { wallShare } from '../measure/wall-around-blood.ts';
import type { MrFrame } from '../mr-frame.ts';
import type { Progress } from '../progress.ts';
import type { InputInstance } from '../result.ts';
import type { Segmentation } from '../segmentation.ts';
import type { FoundOnly, PhasesFound } from './case-result.ts';
import { foundOnly } from './case-result.ts';
import { phaseOf, type PredictedPhase } from './score-phase.ts';

export interface EvaluationParts {
  readonly network: Network;
  readonly progress: Progress;
}

/** One exam as the node would analyse it, without writing results. */
export interface Analysed {
  readonly frames: readonly MrFrame[];
  readonly exam: CineExam;
  readonly segmentation: Segmentation;
  readonly measurements: Measurements;
}

/**
 * Reads, groups, segments and measures one exam from its files.
 *
 * @throws {NodeError} as `analyseExam` of the pipeline
 */
export async function analyse(
  instances: readonly InputInstance[],
  { network, progress }: EvaluationParts,
): Promise<Analysed> {
  const read = readFrames(instances);
  const exam = await groupCine({ ...read, waitIsOver: true });
  const segmentation = await inferExam(exam, network, progress);
  return {
    frames: read.frames,
    exam,
    segmentation,
    measurements: measureExam(exam, segmentation),
  };
}

export function phasesFound({ exam, segmentation }: Analysed): PhasesFound {
  return {
    count: exam.volume.shape[0],
    endDiastole: segmentation.endDiastole + 1,
    endSystole: segmentation.endSystole + 1,
  };
}

/** What the model drew at a native phase; pathology only where it drew it. */
export function predictedAt({ segmentation }: Analysed, t: number): PredictedPhase {
  const anatomy = phaseOf(segmentation.anatomy, t);
  return t === segmentation.endDiastole
    ? { anatomy, pathology: segmentation.pathology.labels }
    : { anatomy };
}

/** How far the blood of end diastole lies within a wall: what is not a heart has little. */
export function wallFound({ segmentation }: Analysed): FoundOnly {
  const share = wallShare(segmentation.anatomy, segmentation.endDiastole);
  return {
    name: 'border of LV blood with wall',
    unit: '%',
    predicted: Number.isNaN(share) ? null : 100 * share,
  };
}

/** Numbers that are worth seeing also where nothing is known of them. */
export function unprovenNumbers(m: Measurements): FoundOnly[] {
  return [
    foundOnly('LV EDV', m.lvEdv),
    foundOnly('LV ESV', m.lvEsv),
    foundOnly('LV EF', m.lvEf),
    foundOnly('LV mass', m.lvMass),
    foundOnly('RV EDV', m.rvEdv),
    foundOnly('RV EF', m.rvEf),
    foundOnly('scar share', m.scarShare),
    foundOnly('scar or edema share', m.injuryShare),
  ];
}
