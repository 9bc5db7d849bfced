// Contours laid on the exam that they were drawn on: phases, volumes, masks.
import { NodeError } from '../errors.ts';
import type { CineExam } from '../exam.ts';
import { TASK_LABEL } from '../labels.ts';
import { MYOCARDIUM_DENSITY_G_PER_ML } from '../measure/measure.ts';
import type { MrFrame } from '../mr-frame.ts';
import { voxelVolumesMl } from '../volume.ts';
import { fillPolygon, polygonArea, type Corner } from '../contours/polygon.ts';
import type { DrawnContour } from '../contours/sunnybrook-contours.ts';
import type { TruthPhase } from './truth-phase.ts';

interface PlacedContour {
  readonly t: number;
  readonly z: number;
  readonly border: DrawnContour['border'];
  readonly corners: readonly Corner[];
}

export interface ContouredExam {
  readonly placed: readonly PlacedContour[];
  /** 0-based native phase. */
  readonly endDiastole: number;
  /** 0-based native phase. */
  readonly endSystole: number;
}

/** Numbers from the areas of the contours and the true distances of slices. */
export interface ContourVolumes {
  readonly edvMl: number;
  readonly esvMl: number;
  readonly efPercent: number;
  /** At end diastole; null when no epicardium was drawn. */
  readonly massG: number | null;
}

/**
 * Finds the frame of every contour. End diastole is the phase with epicardial contours, or that of
 * the larger volume when there are none; end systole is the other one.
 *
 * @param frames - of the study, to find InstanceNumbers
 * @throws {NodeError} `geometry-inconsistent` when the contours do not belong to this exam's two phases
 */
export function placeContours(
  exam: CineExam,
  frames: readonly MrFrame[],
  contours: readonly DrawnContour[],
): ContouredExam {
  const indexOfNumber = indexByInstanceNumber(exam, frames);
  const slices = exam.volume.shape[1];
  const placed = contours.map(({ instanceNumber, border, corners }): PlacedContour => {
    const index = indexOfNumber.get(instanceNumber);
    if (index !== undefined)
      return { t: Math.floor(index / slices), z: index % slices, border, corners };
    throw mismatch(`an image with InstanceNumber ${instanceNumber}`, 'none in the cine stack');
  });
  const phases = [...new Set(placed.map(({ t }) => t))];
  if (phases.length !== 2)
    throw mismatch(
      'contours at two phases, end diastole and end systole',
      `${phases.length}: ${phases.map((t) => t + 1).join(', ')}`,
    );
  const [a, b] = phases;
  const drawn = { placed, endDiastole: a, endSystole: b };
  const hasEpi = (t: number): boolean => placed.some((c) => c.t === t && c.border === 'epi');
  const isInOrder =
    hasEpi(a) === hasEpi(b) ? volumeMl(exam, placed, a) >= volumeMl(exam, placed, b) : hasEpi(a);
  return isInOrder ? drawn : { placed, endDiastole: b, endSystole: a };
}

/** Volumes from polygon areas: every contour stands for its slice's whole extent. */
export function contourVolumes(exam: CineExam, drawn: ContouredExam): ContourVolumes {
  const edvMl = volumeMl(exam, drawn.placed, drawn.endDiastole);
  const esvMl = volumeMl(exam, drawn.placed, drawn.endSystole);
  const outerMl = volumeMl(exam, drawn.placed, drawn.endDiastole, 'epi');
  // Blood of slices without an epicardial contour is no cavity of a drawn wall.
  const outer = new Set(contoursAt(drawn.placed, drawn.endDiastole, 'epi').map(({ z }) => z));
  const walled = drawn.placed.filter(({ z }) => outer.has(z));
  return {
    edvMl,
    esvMl,
    efPercent: (100 * (edvMl - esvMl)) / edvMl,
    massG:
      outer.size === 0
        ? null
        : MYOCARDIUM_DENSITY_G_PER_ML * (outerMl - volumeMl(exam, walled, drawn.endDiastole)),
  };
}

/** What the contours say of end diastole and end systole, as labels on the exam's grid. */
export function contourTruth(exam: CineExam, drawn: ContouredExam): TruthPhase[] {
  const { endDiastole, endSystole, placed } = drawn;
  return [
    truthOf(exam, placed, { name: 'ED', t: endDiastole }),
    truthOf(exam, placed, { name: 'ES', t: endSystole }),
  ];
}

function truthOf(
  exam: CineExam,
  placed: readonly PlacedContour[],
  { name, t }: Pick<TruthPhase, 'name' | 't'>,
): TruthPhase {
  const [, sizeZ, rows, columns] = exam.volume.shape;
  const labels = new Uint8Array(sizeZ * rows * columns);
  const inner = contoursAt(placed, t, 'endo');
  const outer = contoursAt(placed, t, 'epi');
  const paint = (contours: readonly PlacedContour[], label: number): void => {
    for (const { z, corners } of contours)
      fillPolygon(corners, rows, columns).forEach((inside, i) => {
        if (inside === 1) labels[z * rows * columns + i] = label;
      });
  };
  // Blood over wall: what the inner contour encloses is not wall.
  paint(outer, TASK_LABEL.myocardium);
  paint(inner, TASK_LABEL.lvBlood);
  const slicesWith = (contours: readonly PlacedContour[]): readonly number[] =>
    [...new Set(contours.map(({ z }) => z))].sort((a, b) => a - b);
  const walled = slicesWith(outer).filter((z) => inner.some((c) => c.z === z));
  return {
    name,
    t,
    labels,
    drawn: [
      { structure: 'LV blood', slices: slicesWith(inner) },
      ...(walled.length > 0 ? [{ structure: 'LV myocardium', slices: walled } as const] : []),
    ],
  };
}

function contoursAt(
  placed: readonly PlacedContour[],
  t: number,
  border: DrawnContour['border'],
): PlacedContour[] {
  return placed.filter((contour) => contour.t === t && contour.border === border);
}

function volumeMl(
  exam: CineExam,
  placed: readonly PlacedContour[],
  t: number,
  border: DrawnContour['border'] = 'endo',
): number {
  const voxelMl = voxelVolumesMl(exam.volume);
  return contoursAt(placed, t, border).reduce(
    (sum, { z, corners }) => sum + polygonArea(corners) * voxelMl[z],
    0,
  );
}

/** InstanceNumber -> place of the frame in `exam.sources`. */
function indexByInstanceNumber(exam: CineExam, frames: readonly MrFrame[]): Map<number, number> {
  const indexOfUid = new Map(exam.sources.map((s, i) => [s.sopInstanceUid, i] as const));
  const indices = new Map<number, number>();
  for (const { source, instanceNumber } of frames) {
    const index = indexOfUid.get(source.sopInstanceUid);
    if (index === undefined || instanceNumber === undefined) continue;
    if (indices.has(instanceNumber))
      throw mismatch(
        `one image with InstanceNumber ${instanceNumber}`,
        'several in the cine stack',
      );
    indices.set(instanceNumber, index);
  }
  return indices;
}

const mismatch = (expected: string, got: string): NodeError =>
  new NodeError(
    'geometry-inconsistent',
    `contours: expected ${expected}, got ${got}: check that they were drawn on this exam`,
  );
