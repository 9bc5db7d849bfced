// Still images with LV blood drawn in: `sunnybrook-png:DIR` with `PATIENT/images/*.png` and
// `PATIENT/labels_endo/*.png` of the same names (255 inside the endocardium).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { messageOf, NodeError } from '../errors.ts';
import { keptPatients, parseFold } from '../fold.ts';
import { shortHash } from '../fingerprint.ts';
import { TASK_LABEL } from '../labels.ts';
import { NO_ANNOTATION } from '../network/targets.ts';
import type { CineSlice, TrainingSource } from './source.ts';

const PREFIX = 'sunnybrook-png:';
/** These images carry no geometry; pixels of this data set are 1.2 to 1.4 mm. */
const PIXEL_MM = 1.3;
/** Label pixels above this are inside. */
const INSIDE = 127;

/** An image and what was drawn in it. */
export interface StillFile {
  readonly image: string;
  readonly label: string;
}

async function pngNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new NodeError('usage', `cannot read a folder of ${PREFIX}DIR: ${messageOf(cause)}`, {
      cause,
    });
  });
  return names.filter((name) => name.endsWith('.png')).toSorted();
}

async function listPatient(folder: string): Promise<StillFile[]> {
  const labelled = new Set(await pngNames(join(folder, 'labels_endo')));
  const images = await pngNames(join(folder, 'images'));
  return images
    .filter((name) => labelled.has(name))
    .map((name) => ({
      image: join(folder, 'images', name),
      label: join(folder, 'labels_endo', name),
    }));
}

async function readGrey(
  file: string,
): Promise<{ values: Uint8Array; rows: number; columns: number }> {
  const { data, width, height } = PNG.sync.read(await readFile(file));
  // pngjs gives RGBA whatever the file has.
  const values = Uint8Array.from({ length: width * height }, (_, i) => data[4 * i]);
  return { values, rows: height, columns: width };
}

/** Reads one still, LV blood in its labels. */
export async function readStill({ image, label }: StillFile): Promise<CineSlice> {
  const { values, rows, columns } = await readGrey(image);
  const drawn = await readGrey(label);
  if (drawn.rows !== rows || drawn.columns !== columns)
    throw new NodeError(
      'shape-mismatch',
      `expected a label of ${rows} x ${columns} pixels, got ${drawn.rows} x ${drawn.columns}`,
    );
  const labels = drawn.values.map((v) => (v > INSIDE ? TASK_LABEL.lvBlood : TASK_LABEL.background));
  return {
    frames: Float32Array.from(values),
    shape: [1, rows, columns],
    pixelSpacingMm: [PIXEL_MM, PIXEL_MM],
    cycleShare: 1,
    endDiastole: 0,
    labels: new Map([[0, labels]]),
    annotation: { ...NO_ANNOTATION, hasLvBlood: true },
  };
}

/** Patients of a folder by name, each with its stills. */
export async function listStills(text: string): Promise<Map<string, StillFile[]>> {
  const choice = parseFold(text);
  const entries = await readdir(choice.folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new NodeError('usage', `expected ${PREFIX}DIR with a folder: ${messageOf(cause)}`, {
      cause,
    });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const byPatient = new Map<string, StillFile[]>();
  for (const name of keptPatients(names, choice)) {
    const files = await listPatient(join(choice.folder, name));
    if (files.length > 0) byPatient.set(name, files);
  }
  return byPatient;
}

/**
 * Opens `sunnybrook-png:DIR`, `,only=K/N` or `,without=K/N` for cross-validation.
 *
 * @throws {NodeError} `usage` when a folder cannot be read
 */
export async function openStillsSource(spec: string): Promise<TrainingSource> {
  const stills = await listStills(spec.slice(PREFIX.length));
  const byPatient = new Map([...stills].map(([name, files]) => [shortHash(name), files]));
  return {
    spec,
    patients: [...byPatient.keys()].toSorted(),
    draw: (patient, random) => readStill(random.pick(byPatient.get(patient) ?? [])),
  };
}
