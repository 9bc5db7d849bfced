// One frame of MR as grouping sees it: geometry, time keys, and what tells a cine from its look-alikes.
import type { SourceFrame, StudyContext, TimeKey } from './exam.ts';
import type { ImageOrientationPatient, PixelSpacingMm, Vec3 } from './volume.ts';

/** Times are numbers in the key's own unit: ms, ordinals, or ms since midnight. */
export type FrameTimes = Readonly<Partial<Record<TimeKey, number>>>;

/** One 2D frame with the header that decides where it belongs. */
export interface MrFrame {
  readonly source: SourceFrame;
  readonly studyInstanceUid: string;
  /** Hash of patient id and issuer: equal for one patient, and tells nothing. */
  readonly patientKey: string;
  readonly frameOfReferenceUid: string;
  /** '?' when absent. */
  readonly seriesNumber: string;
  readonly acquisitionNumber: number | undefined;
  readonly instanceNumber: number | undefined;
  readonly imageType: readonly string[];
  /** Series description, protocol and sequence name joined, lower case: hints only, never logged. */
  readonly description: string;
  readonly isPhaseContrast: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly pixelSpacingMm: PixelSpacingMm;
  readonly sliceThicknessMm: number;
  readonly imagePositionPatient: Vec3;
  readonly imageOrientationPatient: ImageOrientationPatient;
  readonly times: FrameTimes;
  readonly nominalIntervalMs: number | undefined;
  readonly cardiacNumberOfImages: number | undefined;
  readonly isLossy: boolean;
  /**
   * Decodes the pixels.
   *
   * @returns rescaled values `[Y, X]`
   * @throws {NodeError} `pixel-data-unsupported` or `dicom-truncated`
   */
  readonly readPixels: () => Promise<Float32Array>;
  /** Patient and study attributes, for the results to copy. */
  readonly readContext: () => StudyContext;
}

/** An instance that could not be used, and why; free of patient data. */
export interface UnreadableInstance {
  readonly name: string;
  readonly seriesInstanceUid: string | undefined;
  /** A data set that breaks off: it may be an image of any series. */
  readonly isTruncated: boolean;
  readonly reason: string;
}
