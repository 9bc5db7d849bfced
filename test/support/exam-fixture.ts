// Small cine exams for tests, in oblique planes and with unlike spacings unless asked otherwise.
import { derivedUid } from '../../src/fingerprint.ts';
import type { CineExam, SourceFrame } from '../../src/exam.ts';
import { createRandom } from '../../src/random.ts';
import {
  addScaled,
  cross,
  length,
  planeNormal,
  type ImageOrientationPatient,
  type PixelSpacingMm,
  type Plane,
  type Shape4D,
  type Vec3,
} from '../../src/volume.ts';

export interface ExamOptions {
  readonly shape?: Shape4D;
  readonly pixelSpacingMm?: PixelSpacingMm;
  readonly orientation?: ImageOrientationPatient;
  /** Distance to the next slice, mm: one for all or one for each gap. */
  readonly sliceStepMm?: number | readonly number[];
  readonly seed?: number;
  /** GE keeps a stack in one series, Siemens makes one for each slice. */
  readonly series?: 'one' | 'one-a-slice';
  /** One Enhanced MR instance holds all frames, slice-major. */
  readonly isMultiFrame?: boolean;
  readonly isLossy?: boolean;
  readonly context?: CineExam['context'];
}

export const MR_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.4';
export const ENHANCED_MR_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.4.1';

/** Direction cosines of a plane turned about all three axes. */
export const OBLIQUE = obliqueOrientation([0.6, 0.64, -0.48], [0.2, 0.4, 0.9]);

/** A cine exam with seeded noise as its pixels. */
export function examFixture(options: ExamOptions = {}): CineExam {
  const shape = options.shape ?? [4, 3, 18, 22];
  const [phases, slices, rows, columns] = shape;
  const random = createRandom(`voxels ${options.seed ?? 1}`);
  const uid = (...parts: readonly (string | number)[]): string =>
    derivedUid('fixture', String(options.seed ?? 1), ...parts.map(String));
  const planes = planesOf(options, slices);
  const studyInstanceUid = uid('study');
  return {
    studyInstanceUid,
    frameOfReferenceUid: uid('frame of reference'),
    volume: {
      voxels: Float32Array.from({ length: phases * slices * rows * columns }, () =>
        random.integer([0, 499]),
      ),
      shape,
      planes,
      pixelSpacingMm: options.pixelSpacingMm ?? [1.5, 0.9],
      sliceThicknessMm: 6,
      triggerTimesMs: Float64Array.from(
        { length: phases * slices },
        (_, i) => Math.floor(i / slices) * Math.round(800 / phases) + (i % slices),
      ),
    },
    sources: sourcesOf(options, shape, uid),
    context: {
      PatientName: 'Fixture^Heart',
      PatientID: 'FIXTURE-1',
      PatientBirthDate: '19500101',
      PatientSex: 'O',
      StudyInstanceUID: studyInstanceUid,
      StudyID: '1',
      StudyDate: '20240229',
      StudyTime: '101500',
      AccessionNumber: 'A1',
      ReferringPhysicianName: 'Nobody^Real',
      AcquisitionDate: '20240229',
      AcquisitionTime: '102030.5',
      ...options.context,
    },
    timeKey: 'TriggerTime',
    rrIntervalsMs: planes.map(() => 800),
    completeness: { verdict: 'complete', notes: [] },
    decisions: [],
    isLossy: options.isLossy ?? false,
  };
}

/** The same values in another order, decided by the seed. */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = createRandom(`order ${seed}`);
  return values
    .map((value) => ({ value, rank: random.next() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

function planesOf(options: ExamOptions, slices: number): Plane[] {
  const orientation = options.orientation ?? OBLIQUE;
  const step = options.sliceStepMm ?? 8;
  let position: Vec3 = [-61.25, 33.5, -12.75];
  return Array.from({ length: slices }, (_, z) => {
    if (z > 0) {
      const gap = typeof step === 'number' ? step : (step[z - 1] ?? 8);
      position = addScaled(position, planeNormal(orientation), gap);
    }
    return { imagePositionPatient: position, imageOrientationPatient: orientation };
  });
}

function sourcesOf(
  { series, isMultiFrame }: ExamOptions,
  [phases, slices]: Shape4D,
  uid: (...parts: readonly (string | number)[]) => string,
): SourceFrame[] {
  return Array.from({ length: phases * slices }, (_, i) => {
    const [t, z] = [Math.floor(i / slices), i % slices];
    const seriesInstanceUid = uid('series', series === 'one-a-slice' ? z : 0);
    if (isMultiFrame !== true)
      return {
        sopClassUid: MR_IMAGE_STORAGE,
        sopInstanceUid: uid('instance', t, z),
        seriesInstanceUid,
      };
    return {
      sopClassUid: ENHANCED_MR_IMAGE_STORAGE,
      sopInstanceUid: uid('instance'),
      seriesInstanceUid,
      frameNumber: z * phases + t + 1,
    };
  });
}

/** The row direction as given, and the column direction made perpendicular to it. */
function obliqueOrientation(row: Vec3, towardsColumn: Vec3): ImageOrientationPatient {
  const unit = (v: Vec3): Vec3 => addScaled([0, 0, 0], v, 1 / length(v));
  const alongRow = unit(row);
  const alongColumn = cross(unit(cross(alongRow, towardsColumn)), alongRow);
  return [...alongRow, ...alongColumn];
}
