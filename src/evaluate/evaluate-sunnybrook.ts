// Exams with expert contours in the layout of the Sunnybrook Cardiac Data.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeError } from '../errors.ts';
import {
  analyse,
  phasesFound,
  predictedAt,
  unprovenNumbers,
  wallFound,
  type Analysed,
  type EvaluationParts,
} from './analyse.ts';
import { compare, type CaseReport, type Compared } from './case-result.ts';
import {
  contourTruth,
  contourVolumes,
  placeContours,
  type ContouredExam,
} from './contoured-exam.ts';
import { pictureOf } from './overlay.ts';
import { ARCHIVE_ENDINGS, readImages, type ReadInstances } from './read-images.ts';
import { scorePhase, type StructureScore } from './score-phase.ts';
import { readContours } from '../contours/sunnybrook-contours.ts';
import { groupOfName, shownName } from '../contours/sunnybrook-name.ts';

/** One patient: where the images and the contours are. */
export interface SunnybrookCase {
  /** As the data set names it, for example SC-HF-I-1; a hash of any other name. */
  readonly id: string;
  /** SC-HF-I-1 is of group HF-I. */
  readonly group: string;
  readonly contours: string;
  /** A folder of DICOM files or a .tar, .tar.gz or .tar.xz of one. */
  readonly images: string;
}

/**
 * Lists the patients of a folder: `contours/NAME/` with images in NAME, or in the archive or folder
 * that a table (*.csv with a column of each) gives as the other name of NAME.
 *
 * @throws {NodeError} `not-found` when contours or the images of a patient are missing
 */
export async function listSunnybrook(folder: string): Promise<SunnybrookCase[]> {
  const entries = await readdir(join(folder, 'contours'), { withFileTypes: true }).catch(() => []);
  const names = entries.filter((e) => e.isDirectory()).map((e) => e.name);
  if (names.length === 0)
    throw new NodeError(
      'not-found',
      `expected a folder for each patient in contours of the folder given, found none`,
    );
  const otherNames = await readNames(folder);
  return names.toSorted().map((name) => {
    const candidates = [...new Set([name, ...(otherNames.get(unpadded(name)) ?? [])])];
    const images = candidates
      .flatMap((own) => ['', ...ARCHIVE_ENDINGS].map((ending) => join(folder, own + ending)))
      .find((path) => existsSync(path));
    const id = shownName(name);
    const group = groupOfName(name) ?? 'contoured';
    if (images !== undefined)
      return { id, group, contours: join(folder, 'contours', name), images };
    throw new NodeError(
      'not-found',
      `expected the images of ${id} as a folder or archive named ${candidates.map(shownName).join(' or ')}, found none`,
    );
  });
}

/** Names that stand in one row of a table, each with the others: SC-HF-I-1 and SCD0000101. */
async function readNames(folder: string): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.csv'))) {
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
    for (const line of lines) {
      const cells = line.split(',').map((cell) => cell.trim());
      const own = cells.filter((cell) => /^SC[A-Z0-9-]+$/.test(cell));
      for (const cell of own) {
        const name = unpadded(cell);
        names.set(name, [...(names.get(name) ?? []), ...own]);
      }
    }
  }
  return names;
}

/** The data set's own tables say SC-HF-I-01 where its contours say SC-HF-I-1. */
const unpadded = (name: string): string => name.replace(/-0+(?=\d+$)/, '-');

/** Analyses one patient's exam and compares it with the contours. */
export async function evaluateSunnybrook(
  spec: string,
  { id, group, contours, images }: SunnybrookCase,
  parts: EvaluationParts & { readonly readInstances: ReadInstances },
): Promise<CaseReport> {
  const analysed = await analyse(await readImages(images, parts.readInstances), parts);
  const { exam, frames, segmentation } = analysed;
  const drawn = placeContours(exam, frames, await readContours(contours));
  const truth = contourTruth(exam, drawn);
  const scores = truth.flatMap((phase) =>
    scorePhase(exam.volume, phase, predictedAt(analysed, phase.t)),
  );
  return {
    result: {
      id,
      spec,
      group,
      outcome: 'evaluated',
      phasesFound: phasesFound(analysed),
      phasesTrue: {
        count: exam.volume.shape[0],
        endDiastole: drawn.endDiastole + 1,
        endSystole: drawn.endSystole + 1,
      },
      scores,
      compared: comparedNumbers(analysed, drawn, scores),
      found: [
        ...unprovenNumbers(analysed.measurements).filter(({ name }) => !name.startsWith('LV')),
        wallFound(analysed),
      ],
      motion: null,
      notes: segmentation.notes,
    },
    pictures: [pictureOf(id, exam.volume, { truth, predictedAt: (t) => predictedAt(analysed, t) })],
  };
}

/** Contours leave out slices that the model may fill, so volumes are also compared where both drew. */
function comparedNumbers(
  { exam, measurements: m }: Analysed,
  drawn: ContouredExam,
  scores: readonly StructureScore[],
): Compared[] {
  const truth = contourVolumes(exam, drawn);
  const blood = (phase: 'ED' | 'ES'): number =>
    scores.find((s) => s.phase === phase && s.structure === 'LV blood')?.predictedMl ?? 0;
  const [edvMl, esvMl] = [blood('ED'), blood('ES')];
  const efPercent = edvMl > 0 ? (100 * (edvMl - esvMl)) / edvMl : null;
  return [
    compare('LV EDV', truth.edvMl, m.lvEdv),
    compare('LV ESV', truth.esvMl, m.lvEsv),
    compare('LV EF', truth.efPercent, m.lvEf),
    ...(truth.massG === null ? [] : [compare('LV mass', truth.massG, m.lvMass)]),
    { name: 'LV EDV, contoured slices', unit: 'mL', truth: truth.edvMl, predicted: edvMl },
    { name: 'LV ESV, contoured slices', unit: 'mL', truth: truth.esvMl, predicted: esvMl },
    { name: 'LV EF, contoured slices', unit: '%', truth: truth.efPercent, predicted: efPercent },
  ];
}
