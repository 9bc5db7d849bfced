// Figures of a network, patient by patient, on slices that it was not trained on.
import type { Architecture } from '../network/architecture.ts';
import type { NamedParameters } from '../network/parameters.ts';
import { ejectionScore } from './ejection.ts';
import type { PatientFigures } from './gate.ts';
import { isSimulatedSpec } from './source.ts';
import { sparedWall } from './spared-wall.ts';
import type { PatientOfSource } from './split.ts';
import { diceOfCases, openForValidation, predict, type Prediction } from './validate.ts';
import { drawPatientCases, type PatientSlices } from './validation-cases.ts';

/** Slices looked at of each patient. */
const SLICES = 6;

/** A held-out patient with slices to judge by; the same for every network. */
export interface PatientCases extends PatientSlices {
  readonly patient: string;
  readonly truth: PatientFigures['truth'];
}

export interface JudgingPlan {
  /** Side of the patch around the heart, mm. */
  readonly patchMm: number;
  readonly seed: number;
}

/** Draws what patients are judged by. */
export async function drawJudgedPatients(
  patients: readonly PatientOfSource[],
  plan: JudgingPlan,
): Promise<PatientCases[]> {
  const judged: PatientCases[] = [];
  for (const own of patients)
    judged.push({
      patient: own.patient,
      truth: isSimulatedSpec(own.source.spec) ? 'simulated' : 'expert',
      ...(await drawPatientCases(own, { ...plan, slices: SLICES })),
    });
  return judged;
}

/** Runs a network over the patients. */
export async function judgePatients(
  network: { readonly architecture: Architecture; readonly parameters: NamedParameters },
  patients: readonly PatientCases[],
  signal: AbortSignal,
): Promise<PatientFigures[]> {
  const session = await openForValidation(network);
  const judged: PatientFigures[] = [];
  try {
    for (const { patient, truth, cases, beats } of patients) {
      signal.throwIfAborted();
      const predictions: Prediction[] = [];
      for (const own of cases) predictions.push(await predict(session, own));
      const ejection = ejectionScore({ cases, beats }, predictions);
      const spared = sparedWall(cases, predictions);
      const figures = {
        ...diceOfCases(cases, predictions),
        ...(spared !== undefined && { sparedWall: spared }),
        ...(ejection !== undefined && { ejection }),
      };
      judged.push({ patient, truth, figures });
    }
  } finally {
    await session.release();
  }
  return judged;
}
