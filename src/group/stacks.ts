// Frames -> stacks of parallel images: a series is not a stack, and a stack may span several series.
import type { MrFrame } from '../mr-frame.ts';
import { columnDirection, dot, rowDirection, type ImageOrientationPatient } from '../volume.ts';

const MAX_TILT_DEG = 1;
const MIN_COSINE = Math.cos((MAX_TILT_DEG * Math.PI) / 180);

/** Frames of one frame of reference, orientation, matrix and pixel spacing. */
export interface Stack {
  readonly frames: readonly MrFrame[];
  readonly orientation: ImageOrientationPatient;
}

/**
 * Sorts frames into stacks, across series.
 *
 * @returns each frame in exactly one stack; the same stacks in the same order for any input order
 */
export function formStacks(frames: readonly MrFrame[]): Stack[] {
  const meaningless = seriesWithoutFrameOfReference(frames);
  const stacks: { frames: MrFrame[]; orientation: ImageOrientationPatient; key: string }[] = [];
  for (const frame of inCanonicalOrder(frames)) {
    const key = matrixKey(frame, meaningless);
    const home = stacks.find(
      (s) => s.key === key && isParallel(s.orientation, frame.imageOrientationPatient),
    );
    if (home === undefined) {
      stacks.push({ frames: [frame], orientation: frame.imageOrientationPatient, key });
    } else home.frames.push(frame);
  }
  return stacks;
}

/** Any fixed order will do; SOP Instance UID and frame number are unique. */
function inCanonicalOrder(frames: readonly MrFrame[]): MrFrame[] {
  const id = (f: MrFrame) =>
    `${f.source.sopInstanceUid} ${String(f.source.frameNumber ?? 0).padStart(8, '0')}`;
  return frames.toSorted((a, b) => (id(a) < id(b) ? -1 : 1));
}

function matrixKey(frame: MrFrame, meaningless: ReadonlySet<string>): string {
  const spacing = frame.pixelSpacingMm.map((s) => s.toFixed(3));
  const { seriesInstanceUid } = frame.source;
  const reference = meaningless.has(seriesInstanceUid) ? '' : frame.frameOfReferenceUid;
  return [reference, frame.rows, frame.columns, ...spacing].join(' ');
}

/**
 * Series in which most images name a frame of reference of their own, which some de-identification
 * does: there it says nothing, and position and orientation alone decide.
 */
export function seriesWithoutFrameOfReference(frames: readonly MrFrame[]): Set<string> {
  const references = new Map<string, { distinct: Set<string>; count: number }>();
  for (const { source, frameOfReferenceUid } of frames) {
    const own = references.get(source.seriesInstanceUid) ?? { distinct: new Set(), count: 0 };
    own.distinct.add(frameOfReferenceUid);
    own.count++;
    references.set(source.seriesInstanceUid, own);
  }
  const meaningless = [...references].filter(
    ([, { distinct, count }]) => count > 1 && distinct.size > count / 2,
  );
  return new Set(meaningless.map(([series]) => series));
}

function isParallel(a: ImageOrientationPatient, b: ImageOrientationPatient): boolean {
  return (
    dot(rowDirection(a), rowDirection(b)) >= MIN_COSINE &&
    dot(columnDirection(a), columnDirection(b)) >= MIN_COSINE
  );
}
