// Simulated hearts through the whole pipeline, from the bytes of DICOM files.
import { NodeError } from '../errors.ts';
import { simulateExam, type SimulatedExam } from '../simulate/simulate.ts';
import { VENDORS } from '../simulate/vendor-habits.ts';
import { writeSimulatedExam } from '../simulate/write-simulated-exam.ts';
import {
  analyse,
  phasesFound,
  predictedAt,
  wallFound,
  type Analysed,
  type EvaluationParts,
} from './analyse.ts';
import { compare, type CaseReport, type Compared } from './case-result.ts';
import { pictureOf } from './overlay.ts';
import { scoreMotion } from './score-motion.ts';
import { phaseOf, scorePhase } from './score-phase.ts';
import type { SimulatedSpec } from './spec.ts';
import { ANATOMICAL, LESIONS, type Structure, type TruthPhase } from './truth-phase.ts';

/** Simulates, analyses and scores one seed; makers take turns. */
export async function evaluateSimulated(
  { spec, condition, style, scan }: SimulatedSpec,
  seed: number,
  parts: EvaluationParts,
): Promise<CaseReport> {
  const { progress } = parts;
  const truth = simulateExam(seed, {
    ...scan,
    progress,
    ...(condition !== undefined && { condition }),
    ...(style !== undefined && { style }),
  });
  const vendor = VENDORS[seed % VENDORS.length];
  const analysed = await analyse(writeSimulatedExam(truth, vendor), parts);
  assertSameGrid(truth, analysed);
  const { segmentation, measurements } = analysed;
  const phases = truthPhases(truth, segmentation.endDiastole);
  // A seed is another patient under another condition or style.
  const id = ['simulated', `${seed}`, condition, style].filter(Boolean).join('-');
  const { volume } = analysed.exam;
  const scores = phases.flatMap((phase) =>
    scorePhase(volume, phase, predictedAt(analysed, phase.t)),
  );
  return {
    result: {
      id,
      spec,
      group: truth.subject.heart.patient.condition,
      outcome: 'evaluated',
      phasesFound: phasesFound(analysed),
      phasesTrue: {
        count: volume.shape[0],
        endDiastole: truth.endDiastole + 1,
        endSystole: truth.endSystole + 1,
      },
      scores,
      compared: comparedNumbers(truth, measurements),
      found: [wallFound(analysed)],
      motion: scoreMotion(truth, segmentation.motion),
      notes: segmentation.notes,
    },
    pictures: [
      pictureOf(id, volume, { truth: phases, predictedAt: (t) => predictedAt(analysed, t) }),
    ],
  };
}

function truthPhases(truth: SimulatedExam, found: number): TruthPhase[] {
  const slices = Array.from({ length: truth.volume.shape[1] }, (_, z) => z);
  const phase = (
    name: TruthPhase['name'],
    t: number,
    structures: readonly Structure[],
  ): TruthPhase => ({
    name,
    t,
    labels: phaseOf(truth.labels, t),
    drawn: structures.map((structure) => ({ structure, slices })),
  });
  return [
    phase('ED', truth.endDiastole, ANATOMICAL),
    phase('ES', truth.endSystole, ANATOMICAL),
    // Pathology is drawn where the model saw end diastole, so it is compared with the truth there.
    phase('ED found', found, LESIONS),
  ];
}

/** True numbers are integrals over the whole heart, also of what lies between and beyond slices. */
function comparedNumbers({ truth }: SimulatedExam, m: Analysed['measurements']): Compared[] {
  return [
    compare('LV EDV', truth.lvEdvMl, m.lvEdv),
    compare('LV ESV', truth.lvEsvMl, m.lvEsv),
    compare('LV EF', truth.lvEfPercent, m.lvEf),
    compare('LV mass', truth.lvMassG, m.lvMass),
    compare('RV EDV', truth.rvEdvMl, m.rvEdv),
    compare('RV EF', truth.rvEfPercent, m.rvEf),
    compare('scar share', truth.scarPercent, m.scarShare),
    compare('scar or edema share', truth.scarPercent + truth.edemaPercent, m.injuryShare),
  ];
}

/** Phases, slices and pixels of the grouped exam must be those that were simulated. */
function assertSameGrid(truth: SimulatedExam, { exam }: Analysed): void {
  const [expected, got] = [truth.volume.shape.join(' x '), exam.volume.shape.join(' x ')];
  const first = truth.volume.planes[0].imagePositionPatient;
  const own = exam.volume.planes[0].imagePositionPatient;
  // Decimal strings keep six digits after the point.
  const isSame = first.every((mm, i) => Math.abs(mm - own[i]) < 1e-3);
  if (expected === got && isSame) return;
  throw new NodeError(
    'internal',
    `seed ${truth.seed}: expected the simulated grid ${expected}, got ${got} after grouping`,
  );
}
