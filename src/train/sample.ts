// One training sample from one slice: the frames shown, the view of them, their augmentation.
import { type Annotation, NO_ANNOTATION } from '../network/targets.ts';
import { RELEASED_INPUT } from '../network/model/manifest.ts';
import { zScore } from '../network/z-score.ts';
import type { Random, Range } from '../random.ts';
import { imperfectMotion } from './imperfect-motion.ts';
import { drawIntensityChanges } from './intensity.ts';
import { annotationAt, type CineSlice, frameOf } from './source.ts';
import { type ViewMotion, viewMotion } from './true-motion.ts';
import { sampleFrame, sampleLabels, samplingPoints, type View } from './view.ts';

/** Ready for the network. */
export interface TrainingSample {
  /** `[T, size, size]`, z-scored per frame. */
  readonly cine: Float32Array;
  /** `[size, size]`, values of TASK_LABEL, at the first frame. */
  readonly labels: Uint8Array;
  readonly annotation: Annotation;
  /** `[T - 1, size, size]` and what is known of each, of the frames after the first; absent for stills. */
  readonly later?: { readonly labels: Uint8Array; readonly annotations: readonly Annotation[] };
  /** Absent where the true motion is unknown. */
  readonly motion?: ViewMotion;
}

/** Millimetres by which the heart may be off the centre of the patch, one standard deviation. */
const OFF_CENTRE_MM = 9;
/** Pixel size over 1 mm of a view of the heart; nnU-Net's 0.7 to 1.4. */
const ZOOM: Range = [0.75, 1.35];
/** A look at the whole scan: pixel size, and how far from its middle. */
const WIDE_PIXEL_MM: Range = [1.3, 2.6];
const WIDE_OFF_CENTRE_MM = 25;
const WIDE_CHANCE = 0.5;
/** Slices with a scanner's usual orientation are turned a little, the others anyhow. */
const ANY_ROTATION_CHANCE = 0.35;
const USUAL_ROTATION_RADIANS = 0.5;
const MIRROR_CHANCE = 0.15;
/** From this many phases on, frames between two phases are blended, as in use. */
const BLENDED_FROM_PHASES = 18;

const UNAUGMENTED = { radians: 0, isMirrored: false } as const;

/** Middle of everything labelled; of the image when nothing is. */
export function heartCentre({ labels, shape }: CineSlice): readonly [y: number, x: number] {
  const [, rows, columns] = shape;
  let [count, sumY, sumX] = [0, 0, 0];
  for (const map of labels.values())
    for (let i = 0; i < map.length; i++) {
      if (map[i] === 0) continue;
      count++;
      sumY += Math.floor(i / columns);
      sumX += i % columns;
    }
  return count === 0 ? [(rows - 1) / 2, (columns - 1) / 2] : [sumY / count, sumX / count];
}

function moved(
  random: Random,
  [y, x]: readonly [number, number],
  { slice, mm }: { readonly slice: CineSlice; readonly mm: number },
): readonly [number, number] {
  const [rowMm, columnMm] = slice.pixelSpacingMm;
  return [y + (mm * random.normal()) / rowMm, x + (mm * random.normal()) / columnMm];
}

function drawTurn(random: Random): Pick<View, 'radians' | 'isMirrored'> {
  const isAny = random.chance(ANY_ROTATION_CHANCE);
  const reach = isAny ? Math.PI : USUAL_ROTATION_RADIANS;
  return { radians: random.uniform([-reach, reach]), isMirrored: random.chance(MIRROR_CHANCE) };
}

function drawView(random: Random, slice: CineSlice, size: number): View {
  return {
    centre: moved(random, heartCentre(slice), { slice, mm: OFF_CENTRE_MM }),
    size,
    pixelMm: random.uniform(ZOOM),
    ...drawTurn(random),
  };
}

function drawWideView(random: Random, slice: CineSlice, size: number): View {
  const [, rows, columns] = slice.shape;
  const middle = [(rows - 1) / 2, (columns - 1) / 2] as const;
  return {
    centre: moved(random, middle, { slice, mm: WIDE_OFF_CENTRE_MM }),
    size,
    pixelMm: random.uniform(WIDE_PIXEL_MM),
    ...drawTurn(random),
  };
}

/** The labelled phase that a frame at a fractional phase shows, if it shows one alone. */
function labelledPhase({ shape, labels, cycleShare }: CineSlice, position: number): number | null {
  const [phases] = shape;
  const nearest = Math.round(position);
  const phase = cycleShare >= 1 ? nearest % phases : nearest;
  const isBlended = phases >= BLENDED_FROM_PHASES && Math.abs(position - nearest) > 0.1;
  return !isBlended && labels.has(phase) ? phase : null;
}

/** A frame at a fractional phase of the slice, past its last phase the last or, when closed, the first. */
function frameAt(slice: CineSlice, position: number): Float32Array {
  const [phases] = slice.shape;
  const isClosed = slice.cycleShare >= 1;
  if (!isClosed && position >= phases - 1) return frameOf(slice, phases - 1);
  if (phases < BLENDED_FROM_PHASES) return frameOf(slice, Math.round(position) % phases);
  const before = Math.floor(position);
  const weight = position - before;
  const next = frameOf(slice, (before + 1) % phases);
  return frameOf(slice, before % phases).map((v, i) => v + weight * (next[i] - v));
}

/** Fractions of the cycle that a sample shows: 0, then one at random of each of the others' equal parts. */
function drawFractions(random: Random, frames: number): number[] {
  const part = RELEASED_INPUT.cycleFraction / (frames - 1);
  return Array.from({ length: frames }, (_, k) => (k === 0 ? 0 : (k - random.next()) * part));
}

/** Fractions of the cycle that are equally spread, as in use. */
export function evenFractions(frames: number): number[] {
  return Array.from(
    { length: frames },
    (_, k) => (k * RELEASED_INPUT.cycleFraction) / (frames - 1),
  );
}

/** Frames of a slice under a view, changed and z-scored. */
export function showFrames(
  frames: readonly Float32Array[],
  { slice, view, random }: { slice: CineSlice; view: View; random?: Random },
): { readonly cine: Float32Array; readonly points: Float32Array } {
  const [, rows, columns] = slice.shape;
  const { size } = view;
  const points = samplingPoints(view, slice);
  const changes = random === undefined ? [] : drawIntensityChanges(random, size);
  const cine = new Float32Array(frames.length * size * size);
  frames.forEach((frame, t) => {
    const shown = sampleFrame(frame, [rows, columns], points);
    for (const change of changes) change(shown);
    zScore(shown);
    cine.set(shown, t * size * size);
  });
  return { cine, points };
}

/** Fractional phases of fractions of the cycle from end diastole. */
function positionsOf(slice: CineSlice, fractions: readonly number[]): number[] {
  const [phases] = slice.shape;
  return fractions.map((f) => slice.endDiastole + (f * phases) / slice.cycleShare);
}

/** Frames of a slice at fractions of the cycle from end diastole, `[Y, X]` each. */
export function framesAt(slice: CineSlice, fractions: readonly number[]): Float32Array[] {
  return positionsOf(slice, fractions).map((position) => frameAt(slice, position));
}

function labelsAt(slice: CineSlice, t: number, points: Float32Array): Uint8Array {
  const [, rows, columns] = slice.shape;
  const labels = slice.labels.get(t);
  if (labels === undefined) return new Uint8Array(points.length / 2);
  return sampleLabels(labels, [rows, columns], points);
}

export interface SampleOptions {
  readonly size: number;
  readonly isAugmented: boolean;
}

/** The heart in motion from end diastole, with labels at end diastole. */
export function drawCineSample(
  random: Random,
  slice: CineSlice,
  options: SampleOptions & { readonly frames: number },
): TrainingSample {
  const { size, isAugmented, frames } = options;
  const view = isAugmented
    ? drawView(random.fork('view'), slice, size)
    : { centre: heartCentre(slice), size, pixelMm: 1, ...UNAUGMENTED };
  const fractions = isAugmented
    ? drawFractions(random.fork('time'), frames)
    : evenFractions(frames);
  const intensity = isAugmented ? { random: random.fork('intensity') } : {};
  const { cine, points } = showFrames(framesAt(slice, fractions), { slice, view, ...intensity });
  const positions = positionsOf(slice, fractions);
  return {
    cine,
    labels: labelsAt(slice, slice.endDiastole, points),
    annotation: slice.annotation,
    later: laterLabels(slice, positions.slice(1), points),
    ...(slice.motion === undefined
      ? {}
      : { motion: viewMotion(slice.motion, { view, points }, nearestPhases(slice, positions)) }),
  };
}

function nearestPhases({ shape }: CineSlice, positions: readonly number[]): number[] {
  return positions.map((position) => Math.round(position) % shape[0]);
}

function laterLabels(
  slice: CineSlice,
  positions: readonly number[],
  points: Float32Array,
): NonNullable<TrainingSample['later']> {
  const size = points.length / 2;
  const labels = new Uint8Array(positions.length * size);
  const annotations = positions.map((position, k) => {
    const phase = labelledPhase(slice, position);
    if (phase === null) return NO_ANNOTATION;
    labels.set(labelsAt(slice, phase, points), k * size);
    return annotationAt(slice, phase);
  });
  return { labels, annotations };
}

/**
 * The motion and the labels of a simulated heart, without its images: what the head alone is trained on.
 *
 * @throws {RangeError} when the slice's true motion is unknown
 */
export function drawMotionSample(
  random: Random,
  slice: CineSlice,
  { size, frames }: { readonly size: number; readonly frames: number },
): TrainingSample {
  if (slice.motion === undefined) throw new RangeError('the true motion of this slice is unknown');
  const view = drawView(random.fork('view'), slice, size);
  const positions = positionsOf(slice, drawFractions(random.fork('time'), frames));
  const points = samplingPoints(view, slice);
  const motion = viewMotion(slice.motion, { view, points }, nearestPhases(slice, positions));
  return {
    cine: new Float32Array(frames * size * size),
    labels: labelsAt(slice, slice.endDiastole, points),
    annotation: slice.annotation,
    later: laterLabels(slice, positions.slice(1), points),
    motion: { ...motion, displacement: imperfectMotion(random.fork('motion'), motion) },
  };
}

/** One labelled frame of any phase, of the heart or of the whole scan; it trains anatomy. */
export function drawStill(
  random: Random,
  slice: CineSlice,
  { size, isAugmented }: SampleOptions,
): TrainingSample {
  const t = random.pick([...slice.labels.keys()]);
  const isWide = random.chance(WIDE_CHANCE);
  const drawn = (isWide ? drawWideView : drawView)(random.fork('view'), slice, size);
  const view = isAugmented ? drawn : { ...drawn, ...UNAUGMENTED };
  const intensity = isAugmented ? { random: random.fork('intensity') } : {};
  const { cine, points } = showFrames([frameOf(slice, t)], { slice, view, ...intensity });
  return { cine, labels: labelsAt(slice, t, points), annotation: annotationAt(slice, t) };
}
