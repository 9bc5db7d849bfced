// One cine exam: the 4D volume, where every frame of it came from, and why each series is in or out.
import type { Volume4D } from './volume.ts';

/** The exact source of one frame. */
export interface SourceFrame {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  /** 1-based; present only for a multi-frame source. */
  readonly frameNumber?: number;
}

/** The attribute that ordered the phases within their slice. */
export type TimeKey =
  | 'TriggerTime'
  | 'NominalCardiacTriggerDelayTime'
  | 'TemporalPositionIdentifier'
  | 'TemporalPositionIndex'
  | 'NominalPercentageOfCardiacPhase'
  | 'ContentTime'
  | 'AcquisitionTime'
  | 'InstanceNumber';

/**
 * Patient, study and equipment attributes that every result copies from its source, by DICOM keyword,
 * as single strings (a person name in its DICOM form). Invalid dates are already left out.
 */
export type StudyContext = Readonly<Partial<Record<string, string>>>;

/** One candidate stack of images and what was decided of it; free of patient data. */
export interface StackDecision {
  /** SeriesNumber of each series with images in the stack, or '?' when it has none. */
  readonly seriesNumbers: readonly string[];
  readonly seriesInstanceUids: readonly string[];
  readonly imageCount: number;
  readonly verdict: 'taken' | 'refused';
  /** A sentence: why. */
  readonly reason: string;
}

/** What is known about completeness. */
export interface Completeness {
  readonly verdict: 'complete' | 'waiting' | 'partial';
  /** What is missing or odd, a sentence each; empty when complete and plain. */
  readonly notes: readonly string[];
}

/** A short-axis cine stack, ready for the network. */
export interface CineExam {
  readonly studyInstanceUid: string;
  readonly frameOfReferenceUid: string;
  readonly volume: Volume4D;
  /** `[T * Z]`, t-major: the source of frame (t, z) is at `t * Z + z`. */
  readonly sources: readonly SourceFrame[];
  readonly context: StudyContext;
  readonly timeKey: TimeKey;
  /** R-R interval of each slice, ms; NaN where unknown. */
  readonly rrIntervalsMs: readonly number[];
  readonly completeness: Completeness;
  /** Every stack of the input, this one included. */
  readonly decisions: readonly StackDecision[];
  /** LossyImageCompression of the sources. */
  readonly isLossy: boolean;
}

/** The source of frame (t, z). */
export function sourceAt(exam: CineExam, t: number, z: number): SourceFrame {
  const source = exam.sources.at(t * exam.volume.shape[1] + z);
  if (source === undefined)
    throw new RangeError(`no frame t=${t} z=${z} in ${exam.sources.length} frames`);
  return source;
}
