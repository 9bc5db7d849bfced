// Exams with what experts drew on them: `dicom:DIR`, one folder an exam, cine and DICOM SEG together.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coverageOfExam, isClosedCycle } from '../cycle-coverage.ts';
import { decodePart10 } from '../dicom/part10.ts';
import { readFrames } from '../dicom/read-frames.ts';
import { isSegmentation, readSegmentation } from '../dicom/read-segmentation.ts';
import { messageOf, NodeError } from '../errors.ts';
import type { CineExam } from '../exam.ts';
import { shortHash } from '../fingerprint.ts';
import { groupCine } from '../group/group.ts';
import { TASK_LABEL } from '../labels.ts';
import { annotationOf } from './annotation.ts';
import { type ExpertLabels, expertLabels, isOwnResult } from './expert-labels.ts';
import type { CineSlice, TrainingSource } from './source.ts';

const PREFIX = 'dicom:';
/** Exams kept in memory: one of 12 slices and 25 phases takes 80 MB. */
const MOST_EXAMS = 4;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && entry.name !== 'DICOMDIR')
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** A hash of the patient's id, so that all exams of a patient fall on one side of the split. */
async function patientOf(folder: string): Promise<string | undefined> {
  for (const file of await filesBelow(folder)) {
    const dataset = decodePart10(await readFile(file));
    // A segmentation made elsewhere may name the patient in another way than the images do.
    if (isSegmentation(dataset)) continue;
    const { PatientID, IssuerOfPatientID, StudyInstanceUID } = dataset;
    const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
    const identity = isText(PatientID) ? [PatientID, IssuerOfPatientID] : [StudyInstanceUID];
    return shortHash(JSON.stringify(identity));
  }
  return undefined;
}

/** End diastole: where lesions were drawn, else the labelled phase with the most LV blood. */
function endDiastoleOf({ byFrame, drawnIn }: ExpertLabels, slices: number): number {
  const { scar, edema, lvBlood } = TASK_LABEL;
  const lesions = [...drawnIn].find(([, drawn]) => drawn.has(scar) || drawn.has(edema));
  if (lesions !== undefined) return lesions[0];
  const blood = new Map<number, number>();
  for (const [frame, labels] of byFrame) {
    const t = Math.floor(frame / slices);
    const pixels = labels.reduce((sum, label) => sum + (label === lvBlood ? 1 : 0), 0);
    blood.set(t, (blood.get(t) ?? 0) + pixels);
  }
  const [fullest] = [...blood].toSorted((a, b) => b[1] - a[1]);
  return fullest[0];
}

function slicesOf({ volume, rrIntervalsMs }: CineExam, expert: ExpertLabels): CineSlice[] {
  const [phases, slices, rows, columns] = volume.shape;
  const size = rows * columns;
  const endDiastole = endDiastoleOf(expert, slices);
  const drawnAt = (t: number) => annotationOf(expert.drawnIn.get(t) ?? []);
  const annotations = new Map([...expert.drawnIn.keys()].map((t) => [t, drawnAt(t)] as const));
  const coverage = coverageOfExam(volume.triggerTimesMs, rrIntervalsMs);
  const times = Array.from({ length: phases }, (_, t) => t);
  return Array.from({ length: slices }, (_, z): CineSlice => {
    const frames = new Float32Array(phases * size);
    for (const t of times) {
      const at = (t * slices + z) * size;
      frames.set(volume.voxels.subarray(at, at + size), t * size);
    }
    const labels = times.flatMap((t): [number, Uint8Array][] => {
      const own = expert.byFrame.get(t * slices + z);
      return own === undefined ? [] : [[t, own]];
    });
    return {
      frames,
      shape: [phases, rows, columns],
      pixelSpacingMm: volume.pixelSpacingMm,
      cycleShare: isClosedCycle(coverage) ? 1 : coverage,
      endDiastole,
      labels: new Map(labels),
      annotation: drawnAt(endDiastole),
      annotations,
    };
  }).filter(({ labels }) => labels.size > 0);
}

/**
 * Tries whether a folder holds an exam that can be trained on.
 *
 * @throws {NodeError} as reading it does: no cine, no usable segmentation, another matrix
 */
export async function checkExpertExam(folder: string): Promise<void> {
  await readExam(folder);
}

/**
 * Reads one exam.
 *
 * @throws {NodeError} `not-found` when nobody but this program drew on it
 */
async function readExam(folder: string): Promise<CineSlice[]> {
  const files = await filesBelow(folder);
  const instances = await Promise.all(
    files.map(async (file, i) => ({ name: `file ${i + 1}`, bytes: await readFile(file) })),
  );
  const exam = await groupCine({ ...readFrames(instances), waitIsOver: true });
  const drawn = instances
    .filter(({ bytes }) => isSegmentation(decodePart10(bytes)))
    .map(({ bytes }) => readSegmentation(bytes))
    .filter((segmentation) => !isOwnResult(segmentation));
  const expert = expertLabels(exam, drawn);
  if (expert.byFrame.size === 0)
    throw new NodeError(
      'not-found',
      `expected a DICOM segmentation of LV, myocardium, RV, scar or edema that references the cine in every exam of ${PREFIX}DIR, got ${drawn.length} usable ones of ${files.length} files`,
    );
  return slicesOf(exam, expert);
}

/**
 * Opens `dicom:DIR`. Segmentations that this program made itself are never trained on.
 *
 * @throws {NodeError} `usage` when the folder cannot be read
 */
export async function openExpertSource(spec: string): Promise<TrainingSource> {
  const root = spec.slice(PREFIX.length);
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new NodeError('usage', `expected ${PREFIX}DIR with a folder: ${messageOf(cause)}`, {
      cause,
    });
  });
  const byPatient = new Map<string, string[]>();
  for (const entry of entries.filter((e) => e.isDirectory())) {
    const folder = join(root, entry.name);
    const patient = await patientOf(folder);
    if (patient !== undefined)
      byPatient.set(patient, [...(byPatient.get(patient) ?? []), folder].toSorted());
  }
  const exams = new Map<string, Promise<CineSlice[]>>();
  const open = (folder: string): Promise<CineSlice[]> => {
    const known = exams.get(folder);
    if (known !== undefined) return known;
    const [oldest] = exams.keys();
    if (exams.size >= MOST_EXAMS) exams.delete(oldest);
    const exam = readExam(folder);
    exams.set(folder, exam);
    return exam;
  };
  return {
    spec,
    patients: [...byPatient.keys()].toSorted(),
    draw: async (patient, random) =>
      random.pick(await open(random.pick(byPatient.get(patient) ?? []))),
  };
}
