// What the network found in one exam, on the exam's native grid.
import type { LabelVolume } from './labels.ts';
import type { ModelIdentity } from './model-identity.ts';
import type { MotionField } from './motion-field.ts';

/** Square region at 1 mm that the network saw, in native pixels. */
export interface RegionOfInterest {
  /** Centre, native pixel indices `[y, x]`, fractional. */
  readonly centre: readonly [y: number, x: number];
  readonly sizeMm: number;
}

/** Labels on the native grid and the phases that they mark. */
export interface Segmentation {
  /** `[T, Z, Y, X]`, values of ANATOMY, every native phase. */
  readonly anatomy: LabelVolume;
  /** `[1, Z, Y, X]`, values of PATHOLOGY, at end diastole. */
  readonly pathology: LabelVolume;
  readonly motion: MotionField;
  /** 0-based native phase. */
  readonly endDiastole: number;
  /** 0-based native phase. */
  readonly endSystole: number;
  readonly region: RegionOfInterest;
  readonly model: ModelIdentity;
  /** Quality remarks, a sentence each. */
  readonly notes: readonly string[];
}
