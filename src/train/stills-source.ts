// Still images with LV blood drawn in: `sunnybrook-png:DIR` with `PATIENT/images/*.png` and
// `PATIENT/labels_endo/*.png` of the same names (255 inside the endocardium). `,contours=DIR` adds the epicardium:
// `PATIENT/**/IM-0001-NNNN-ocontour-manual.txt`, NNNN being the last number of an image's name.
import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { fillPolygon } from '../contours/polygon.ts';
import { readContours, type DrawnContour } from '../contours/sunnybrook-contours.ts';
import { messageOf, NodeError } from '../errors.ts';
import { shortHash } from '../fingerprint.ts';
import { TASK_LABEL } from '../labels.ts';
import { NO_ANNOTATION } from '../network/targets.ts';
import type { CineSlice, TrainingSource } from './source.ts';
import { keptPatients, parseStillsSpec } from './stills-spec.ts';

const PREFIX = 'sunnybrook-png:';
/** These images carry no geometry; pixels of this data set are 1.2 to 1.4 mm. */
const PIXEL_MM = 1.3;
/** Label pixels above this are inside. */
const INSIDE = 127;
/** `SC-HF-I-09-IM-0001-0018.png` is instance 18. */
const IMAGE_NUMBER = /(?<number>\d+)\.png$/;

/** An image and what was drawn in it. */
export interface StillFile {
  readonly image: string;
  readonly label: string;
  /** LV epicardium, where it was drawn. */
  readonly epicardium?: DrawnContour;
}

async function filesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new NodeError('usage', `cannot read a folder of ${PREFIX}DIR: ${messageOf(cause)}`, {
      cause,
    });
  });
}

async function pngNames(folder: string): Promise<string[]> {
  const names = (await filesOf(folder)).map(({ name }) => name);
  return names.filter((name) => name.endsWith('.png')).toSorted();
}

async function foldersOf(folder: string): Promise<string[]> {
  return (await filesOf(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function listPatient(folder: string, epicardia: EpicardiumByNumber): Promise<StillFile[]> {
  const labelled = new Set(await pngNames(join(folder, 'labels_endo')));
  const images = await pngNames(join(folder, 'images'));
  return images
    .filter((name) => labelled.has(name))
    .map((name) => {
      const epicardium = epicardia.get(Number(IMAGE_NUMBER.exec(name)?.groups?.['number']));
      return {
        image: join(folder, 'images', name),
        label: join(folder, 'labels_endo', name),
        ...(epicardium !== undefined && { epicardium }),
      };
    });
}

/** Contours by the InstanceNumber of their image. */
type EpicardiumByNumber = ReadonlyMap<number, DrawnContour>;

async function readEpicardia(folder: string): Promise<EpicardiumByNumber> {
  const drawn = await readContours(folder);
  return new Map(
    drawn.filter(({ border }) => border === 'epi').map((c) => [c.instanceNumber, c] as const),
  );
}

async function readGrey(
  file: string,
): Promise<{ values: Uint8Array; rows: number; columns: number }> {
  const { data, width, height } = PNG.sync.read(await readFile(file));
  // pngjs gives RGBA whatever the file has.
  const values = Uint8Array.from({ length: width * height }, (_, i) => data[4 * i]);
  return { values, rows: height, columns: width };
}

/** Reads one still: LV blood in its labels, and myocardium where the epicardium was drawn. */
export async function readStill({ image, label, epicardium }: StillFile): Promise<CineSlice> {
  const { values, rows, columns } = await readGrey(image);
  const drawn = await readGrey(label);
  if (drawn.rows !== rows || drawn.columns !== columns)
    throw new NodeError(
      'shape-mismatch',
      `expected a label of ${rows} x ${columns} pixels, got ${drawn.rows} x ${drawn.columns}`,
    );
  const { background, lvBlood, myocardium } = TASK_LABEL;
  const outer = epicardium && fillPolygon(epicardium.corners, rows, columns);
  const labels = drawn.values.map((v, i) => {
    if (v > INSIDE) return lvBlood;
    return outer?.[i] === 1 ? myocardium : background;
  });
  return {
    frames: Float32Array.from(values),
    shape: [1, rows, columns],
    pixelSpacingMm: [PIXEL_MM, PIXEL_MM],
    cycleShare: 1,
    endDiastole: 0,
    labels: new Map([[0, labels]]),
    annotation: { ...NO_ANNOTATION, hasLvBlood: true, hasMyocardium: outer !== undefined },
  };
}

/**
 * Patients of a SPEC by name, each with its stills.
 *
 * @param text - what follows `sunnybrook-png:`
 * @throws {NodeError} `usage` when a folder cannot be read, `not-found` when a patient's contours have no files
 */
export async function listStills(text: string): Promise<Map<string, StillFile[]>> {
  const spec = parseStillsSpec(text);
  const { folder, contours } = spec;
  const all = await foldersOf(folder);
  const contoured = contours === undefined ? undefined : new Set(await foldersOf(contours));
  const names = contoured === undefined ? all : all.filter((name) => contoured.has(name));
  const byPatient = new Map<string, StillFile[]>();
  for (const name of keptPatients(names, spec)) {
    const epicardia = contours === undefined ? NONE : await readEpicardia(join(contours, name));
    const files = await listPatient(join(folder, name), epicardia);
    if (files.length > 0) byPatient.set(name, files);
  }
  return byPatient;
}

const NONE: EpicardiumByNumber = new Map();

/**
 * Opens `sunnybrook-png:DIR` with the options of {@link parseStillsSpec}.
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
