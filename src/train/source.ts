// Where training images come from: patients, each with slices that can be drawn.
import type { Annotation } from '../network/targets.ts';
import type { Random } from '../random.ts';
import type { PixelSpacingMm } from '../volume.ts';
import type { SliceMotion } from './true-motion.ts';

/** One slice as it was scanned, with what is known of it. */
export interface CineSlice {
  /** `[T, Y, X]`, any scale. */
  readonly frames: Float32Array;
  readonly shape: readonly [t: number, y: number, x: number];
  readonly pixelSpacingMm: PixelSpacingMm;
  /** Share of the R-R interval from the first frame to one after the last: 1 for a whole cycle. */
  readonly cycleShare: number;
  /** 0-based phase. */
  readonly endDiastole: number;
  /** Phase to its labels, `[Y, X]`, values of TASK_LABEL. */
  readonly labels: ReadonlyMap<number, Uint8Array>;
  /** What was drawn at end diastole and, unless `annotations` says otherwise, in every labelled phase. */
  readonly annotation: Annotation;
  /** What was drawn in each labelled phase, where that differs. */
  readonly annotations?: ReadonlyMap<number, Annotation>;
  /** From end diastole, where the heart is a simulated one. */
  readonly motion?: SliceMotion;
}

/** Patients to learn from. */
export interface TrainingSource {
  /** The SPEC that it was opened with. */
  readonly spec: string;
  /** Ids to split by, in a fixed order: hashes or seeds, never a patient's own identifiers. */
  readonly patients: readonly string[];
  /** Draws a slice of a patient: the same random stream gives the same slice. */
  readonly draw: (patient: string, random: Random) => Promise<CineSlice>;
}

/** True for simulated hearts, of which everything is known. */
export const isSimulatedSpec = (spec: string): boolean => spec.startsWith('simulate:');

/** Fewer frames than this are stills, which train anatomy alone. */
const FEWEST_CINE_FRAMES = 6;

/** True when the slice shows motion, with end diastole among its labelled phases or no labels at all. */
export function isCine({ shape, labels, endDiastole }: CineSlice): boolean {
  return shape[0] >= FEWEST_CINE_FRAMES && (labels.size === 0 || labels.has(endDiastole));
}

/** What was drawn in a labelled phase. */
export function annotationAt({ annotation, annotations }: CineSlice, t: number): Annotation {
  return annotations?.get(t) ?? annotation;
}

/** Frame t of a slice, `[Y, X]`, not copied. */
export function frameOf({ frames, shape }: CineSlice, t: number): Float32Array {
  const size = shape[1] * shape[2];
  return frames.subarray(t * size, (t + 1) * size);
}
