// One night: collect what experts drew, train on it, and put the new model in use only when it is better.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promoteModel } from '../../../network/model/active-model.ts';
import { type LoadedModel, loadModel } from '../../../network/model/load-model.ts';
import { writeModel } from '../../../network/model/write-model.ts';
import { judgeNetworks, type GateVerdict } from '../../../train/gate.ts';
import { drawJudgedPatients, judgePatients } from '../../../train/judge-patients.ts';
import { openSources } from '../../../train/open-sources.ts';
import { DEFAULT_PLAN, type TrainingPlan } from '../../../train/plan.ts';
import { planOfModel } from '../../../train/plan-of-model.ts';
import { isSimulatedSpec } from '../../../train/source.ts';
import { placeOf, splitPatients, type PatientOfSource } from '../../../train/split.ts';
import { startTraining, type TrainingOutcome } from '../../../train/train.ts';
import { findsPathology, trainingRecord } from '../../../train/training-record.ts';
import { copyDrawnExams, type CollectParts, findDrawnStudies } from './collect-expert-exams.ts';
import { lastNight, type NightRecord, recordNight } from './night-record.ts';

export interface NightlyConfig {
  readonly steps: number;
  readonly simulatedExams: number;
  readonly learningRate: number;
}

export interface NightParts extends Omit<CollectParts, 'studies'> {
  readonly doneStudies: () => readonly string[];
  readonly config: NightlyConfig;
  readonly stateDir: string;
  /** The configured version. */
  readonly configured: string;
  /** Folder of the model in use. */
  readonly modelInUse: () => Promise<string>;
  /** Folder for promoted models. */
  readonly promotedDir: string;
  /** The clock, ms since 1970. */
  readonly now: () => number;
}

/** One is held out, the other trained on. */
const LEAST_EXAMS = 2;
const TOO_FEW = 'fewer than two exams have a segmentation that somebody else drew';
const STEPS_PER_EPOCH = 100;
/** Held out of what experts drew; of the simulated exams only those that no model in the line has seen. */
const HELD_OUT_SHARE = 0.25;
/** Slices of each epoch's own validation, for the log; the gate has its own. */
const VALIDATION_SLICES = 4;
/** Simulated patients that the gate looks at. */
const MOST_SIMULATED_JUDGES = 12;

const workDir = (stateDir: string): string => join(stateDir, 'night');

/** Removes the copies of images that a night left which was killed. */
export async function removeNight(stateDir: string): Promise<void> {
  await rm(workDir(stateDir), { recursive: true, force: true });
}

/**
 * Runs a night. What it copied out of Orthanc is removed again, however it ends; `removeNight` is for a process that
 * was killed.
 *
 * @throws {NodeError} as requests to Orthanc, loading the model and training do
 */
export async function runNight(parts: NightParts): Promise<NightRecord> {
  const { stateDir, now } = parts;
  const startedMs = now();
  const work = workDir(stateDir);
  await removeNight(stateDir);
  await mkdir(work, { recursive: true, mode: 0o700 });
  try {
    const record = await trainAndJudge(parts, { work, startedMs });
    if (record.outcome !== 'skipped') await noteDown(parts, record);
    return record;
  } finally {
    await removeNight(stateDir);
  }
}

/** A night whose line cannot be written has changed the model all the same. */
async function noteDown({ stateDir, log }: NightParts, record: NightRecord): Promise<void> {
  try {
    await recordNight(stateDir, record);
  } catch (error) {
    log.error({ err: error }, 'night not recorded in nights.jsonl');
  }
}

interface NightWork {
  readonly work: string;
  readonly startedMs: number;
}

async function trainAndJudge(
  parts: NightParts,
  { work, startedMs }: NightWork,
): Promise<NightRecord> {
  const { stateDir, log } = parts;
  const drawn = await findDrawnStudies({ ...parts, studies: parts.doneStudies() });
  const model = await loadModel(await parts.modelInUse());
  const night = {
    startedAt: new Date(startedMs).toISOString(),
    from: model.identity.version,
    exams: drawn.studies.length,
    key: drawn.key,
  };
  if (night.exams < LEAST_EXAMS) return skipped(night, TOO_FEW);
  const last = await lastNight(stateDir);
  if (last?.key === night.key && [last.from, last.promoted].includes(night.from))
    return skipped(night, 'nothing was drawn since the last night');
  const examsDir = join(work, 'exams');
  await mkdir(examsDir, { mode: 0o700 });
  const exams = await copyDrawnExams({ ...parts, studies: drawn.studies }, examsDir);
  const record = { ...night, exams };
  log.info({ exams, model: record.from }, 'expert exams collected');
  if (exams < LEAST_EXAMS) return skipped(record, TOO_FEW);

  const plan = planOf(parts, model, { examsDir, startedMs, key: night.key });
  const sources = await openSources(plan.data, cacheOf(stateDir));
  const held = heldOut(splitPatients(sources, plan.validationShare).validation);
  if (held.every(isSimulated))
    return skipped(record, 'no patient that an expert drew can be held out');
  const outcome = await train(parts, plan, { model, folder: join(work, 'run') });
  if (outcome.ending === 'interrupted') return skipped(record, 'stopped before it had trained');
  const verdict = await judge(parts, held, { model, outcome });
  const judged = { ...record, reason: verdict.reason, comparisons: verdict.comparisons };
  if (!verdict.isBetter) return { ...judged, outcome: 'refused' };
  if (await promote(parts, model, outcome))
    return { ...judged, outcome: 'promoted', promoted: plan.version };
  return {
    ...judged,
    outcome: 'refused',
    reason: `another model was put in use while the night went on; ${verdict.reason}`,
  };
}

type Begun = Pick<NightRecord, 'startedAt' | 'from' | 'exams' | 'key'>;

const skipped = (begun: Begun, reason: string): NightRecord => ({
  ...begun,
  outcome: 'skipped',
  reason,
});

/** Simulated slices are the same every night. */
const cacheOf = (stateDir: string): string => join(stateDir, 'simulated');

function planOf(
  { config }: NightParts,
  { manifest }: LoadedModel,
  { examsDir, startedMs, key }: { examsDir: string; startedMs: number; key: string },
): TrainingPlan {
  const stamp = new Date(startedMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const stepsPerEpoch = Math.min(STEPS_PER_EPOCH, config.steps);
  const epochs = Math.ceil(config.steps / stepsPerEpoch);
  return {
    ...DEFAULT_PLAN,
    version: `night-${stamp}`,
    data: [`dicom:${examsDir}`, `simulate:seeds=1-${config.simulatedExams}`],
    ...planOfModel(manifest),
    // Other draws whenever something else was drawn, and the same for the same.
    seed: Number.parseInt(key.slice(0, 7), 16),
    epochs,
    stepsPerEpoch,
    learningRate: config.learningRate,
    stillsShare: [0.3, 0.3],
    validationShare: HELD_OUT_SHARE,
    validationSlices: VALIDATION_SLICES,
    // BatchNorm stays as it is in use: a night is too short to settle other statistics.
    runningStatisticsFrom: 0,
    // The best epoch would be chosen on the patients that the gate judges by, and so would an early end.
    keeps: 'last',
    patience: epochs,
  };
}

const isSimulated = ({ source }: PatientOfSource): boolean => isSimulatedSpec(source.spec);

/**
 * The patients that the gate judges by. No model of the line was ever trained on one of them, but where drawings of all
 * patients below the share were deleted since: the next one, who was trained on, then takes their place.
 */
function heldOut(patients: readonly PatientOfSource[]): PatientOfSource[] {
  const simulated = patients
    .filter(isSimulated)
    .filter(({ patient }) => placeOf(patient) < DEFAULT_PLAN.validationShare);
  return [
    ...patients.filter((patient) => !isSimulated(patient)),
    ...simulated.slice(0, MOST_SIMULATED_JUDGES),
  ];
}

async function train(
  { stateDir, log, now, signal }: NightParts,
  plan: TrainingPlan,
  { model, folder }: { readonly model: LoadedModel; readonly folder: string },
): Promise<TrainingOutcome> {
  return startTraining(plan, {
    folder,
    cacheDir: cacheOf(stateDir),
    initial: model.parameters,
    engine: 'auto',
    device: 'cpu',
    signal,
    now,
    report: (text) => {
      log.info({ reason: text }, 'training engine');
    },
    onStart: (_, steps) => {
      log.info({ count: steps, model: plan.version }, 'nightly training begins');
    },
    onStep: () => undefined,
    onEpoch: ({ epoch, score }) => {
      log.info({ epoch, score, count: plan.epochs }, 'epoch of the night done');
    },
  });
}

async function judge(
  { signal }: NightParts,
  held: readonly PatientOfSource[],
  { model, outcome }: { readonly model: LoadedModel; readonly outcome: TrainingOutcome },
): Promise<GateVerdict> {
  const { architecture } = model.manifest;
  const patients = await drawJudgedPatients(held, outcome.plan);
  const before = await judgePatients(
    { architecture, parameters: model.parameters },
    patients,
    signal,
  );
  const { parameters } = outcome;
  const after = await judgePatients({ architecture, parameters }, patients, signal);
  return judgeNetworks(before, after);
}

/** Keeps the new model, and puts it in use unless another one was meanwhile. */
async function promote(
  { stateDir, configured, promotedDir }: NightParts,
  { identity, manifest }: LoadedModel,
  outcome: TrainingOutcome,
): Promise<boolean> {
  const { version, architecture } = outcome.plan;
  await writeModel(join(promotedDir, version), {
    architecture,
    parameters: outcome.parameters,
    isTrained: true,
    // The gate saw that scar is found no worse; where it was not found, held-out slices must show that it now is.
    findsPathology: identity.findsPathology !== false || findsPathology(outcome),
    cautions: outcome.plan.cautions,
    origin: { kind: 'trained' },
    input: manifest.input,
    training: trainingRecord(outcome),
  });
  return promoteModel(stateDir, configured, { version, inPlaceOf: identity.version });
}
