// Segments that experts drew on an exam -> task labels of its slices and phases.
import { STRUCTURE_CODES, type Code } from '../codes.ts';
import type { DrawnSegmentation, SegmentMask, SegmentType } from '../dicom/read-segmentation.ts';
import { NodeError } from '../errors.ts';
import type { CineExam } from '../exam.ts';
import { groupBy } from '../group-by.ts';
import { TASK_LABEL } from '../labels.ts';
import { SOFTWARE } from '../software.ts';
import { length, subtract, type Plane, type Volume4D } from '../volume.ts';

/** Drawn in this order: lesions lie over the myocardium. */
const LABELS: readonly (readonly [Code, number])[] = [
  [STRUCTURE_CODES.leftVentricleMyocardium, TASK_LABEL.myocardium],
  [STRUCTURE_CODES.normalMyocardium, TASK_LABEL.myocardium],
  [STRUCTURE_CODES.leftVentricle, TASK_LABEL.lvBlood],
  [STRUCTURE_CODES.rightVentricle, TASK_LABEL.rvBlood],
  [STRUCTURE_CODES.edema, TASK_LABEL.edema],
  [STRUCTURE_CODES.scar, TASK_LABEL.scar],
];

export interface ExpertLabels {
  /** `t * Z + z` to labels `[Y, X]`, values of TASK_LABEL. */
  readonly byFrame: ReadonlyMap<number, Uint8Array>;
  /** Phase to the values that were drawn in it, empty segments included. */
  readonly drawnIn: ReadonlyMap<number, ReadonlySet<number>>;
}

/** True when this program made it: nobody has looked at it. */
export function isOwnResult({ manufacturer, manufacturerModelName }: DrawnSegmentation): boolean {
  return manufacturer === SOFTWARE.manufacturer && manufacturerModelName === SOFTWARE.name;
}

/** Greatest difference of a direction cosine: a degree. */
const MOST_TURN = 0.0175;

/**
 * A segmentation that was exported turned, mirrored or shifted would be laid on its images wrongly.
 *
 * @throws {NodeError} `geometry-inconsistent`
 */
function requirePlace(
  { position, orientation }: SegmentMask,
  plane: Plane,
  volume: Volume4D,
): void {
  const turn = orientation?.map((cosine, i) => Math.abs(cosine - plane.imageOrientationPatient[i]));
  const offMm = position === undefined ? 0 : length(subtract(position, plane.imagePositionPatient));
  const isTurned = turn !== undefined && Math.max(...turn) > MOST_TURN;
  const mostMm = Math.min(...volume.pixelSpacingMm) / 2;
  if (!isTurned && offMm <= mostMm) return;
  throw new NodeError(
    'geometry-inconsistent',
    `expected a segmentation that lies where its images lie, got one ${isTurned ? 'in another orientation' : `${offMm.toFixed(1)} mm away`}: export it on the source images`,
  );
}

function rankOf({ scheme, value }: SegmentType): number {
  return LABELS.findIndex(([code]) => code.scheme === scheme && code.value === value);
}

/** A mask in the exam: frame is `t * Z + z`. */
interface PlacedMask {
  readonly frame: number;
  readonly rank: number;
  readonly mask: Uint8Array;
  readonly drawnAt: string;
}

/**
 * Of the masks of one structure in one phase those that count: a later segmentation corrects the earlier ones that share a
 * slice with it, and adds to the others.
 */
function uncorrected(masks: readonly PlacedMask[]): PlacedMask[] {
  const byTime = groupBy(masks, ({ drawnAt }) => drawnAt);
  const kept: PlacedMask[] = [];
  for (const own of byTime.toSorted((a, b) => (a[0].drawnAt < b[0].drawnAt ? 1 : -1))) {
    const drawnLater = new Set(kept.map(({ frame }) => frame));
    if (!own.some(({ frame }) => drawnLater.has(frame))) kept.push(...own);
  }
  return kept;
}

/**
 * Puts all segmentations of one exam together, the latest of each structure; segments of other structures are left out.
 *
 * @throws {NodeError} `shape-mismatch` when one has another matrix than the exam
 * @throws {NodeError} `geometry-inconsistent` when one lies elsewhere than the images that it names
 */
export function expertLabels(
  { sources, volume }: CineExam,
  segmentations: readonly DrawnSegmentation[],
): ExpertLabels {
  const [, slices, rows, columns] = volume.shape;
  const frameOf = new Map(
    sources.map((s, i) => [`${s.sopInstanceUid} ${s.frameNumber ?? 1}`, i] as const),
  );
  const masks = segmentations.flatMap((drawn) => {
    if (drawn.rows !== rows || drawn.columns !== columns)
      throw new NodeError(
        'shape-mismatch',
        `expected a segmentation of ${rows} x ${columns} pixels as its cine has, got ${drawn.rows} x ${drawn.columns}: export it on the source images`,
      );
    return drawn.masks.flatMap((own): PlacedMask[] => {
      const frame = frameOf.get(`${own.sopInstanceUid} ${own.frameNumber ?? 1}`);
      const rank = rankOf(own.type);
      if (frame === undefined || rank < 0) return [];
      requirePlace(own, volume.planes[frame % slices], volume);
      return [{ frame, rank, mask: own.mask, drawnAt: drawn.drawnAt }];
    });
  });
  const phaseOf = (frame: number): number => Math.floor(frame / slices);
  const counted = groupBy(masks, ({ frame, rank }) => `${phaseOf(frame)} ${rank}`).flatMap(
    uncorrected,
  );
  const byFrame = new Map<number, Uint8Array>();
  const drawnIn = new Map<number, Set<number>>();
  for (const { frame, rank, mask } of counted.toSorted((a, b) => a.rank - b.rank)) {
    const [, label] = LABELS[rank];
    const labels = byFrame.get(frame) ?? new Uint8Array(rows * columns);
    byFrame.set(frame, labels);
    for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) labels[i] = label;
    const t = phaseOf(frame);
    drawnIn.set(t, (drawnIn.get(t) ?? new Set()).add(label));
  }
  return { byFrame, drawnIn };
}
