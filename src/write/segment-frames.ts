// Which frames a segmentation has, and what each one's functional groups say (PS3.3 C.7.6.16, C.8.20).
import { DESCRIPTION_CODES } from '../codes.ts';
import type { NaturalDataset } from '../dicom/part10.ts';
import { sourceAt, type CineExam } from '../exam.ts';
import { sliceStep, type Plane } from '../volume.ts';
import { codeItem } from './code-item.ts';
import { instanceItem } from './source-references.ts';
import type { SegmentationPlan } from './segmentation-plan.ts';

export interface SegmentFrame {
  /** From 1; undefined in a label map, whose frames hold all segments. */
  readonly segmentNumber?: number;
  /** 0-based position in the plan's phases and in its labels. */
  readonly t: number;
  readonly z: number;
}

/** Every frame, empty ones too (viewers break on gaps), in the order of the dimension indices. */
export function segmentFrames(plan: SegmentationPlan): SegmentFrame[] {
  const [phaseCount, sliceCount] = plan.labels.shape;
  const segments =
    plan.segmentationType === 'LABELMAP'
      ? [undefined]
      : plan.structures.map((_, index) => index + 1);
  const frames: SegmentFrame[] = [];
  for (const segmentNumber of segments)
    for (let t = 0; t < phaseCount; t++)
      for (let z = 0; z < sliceCount; z++) frames.push({ segmentNumber, t, z });
  return frames;
}

/** What all frames share: pixel measures, and the orientation when it is the same throughout. */
export function sharedGroups({ volume }: CineExam): NaturalDataset {
  const step = sliceStep(volume.planes);
  const hasThickness = volume.sliceThicknessMm > 0;
  const orientation = sharedOrientation(volume.planes);
  return {
    PixelMeasuresSequence: [
      {
        PixelSpacing: volume.pixelSpacingMm,
        SliceThickness: hasThickness ? volume.sliceThicknessMm : step?.mm,
        // To the nanometre: the rest is rounding of the positions.
        SpacingBetweenSlices: step?.isUniform === true ? Number(step.mm.toFixed(6)) : undefined,
      },
    ],
    PlaneOrientationSequence: orientation && [{ ImageOrientationPatient: orientation }],
  };
}

/** What one frame says of itself: place, phase, segment and exact source. */
export function frameGroups(
  exam: CineExam,
  plan: SegmentationPlan,
  frame: SegmentFrame,
): NaturalDataset {
  const { segmentNumber, t, z } = frame;
  const plane = exam.volume.planes[z];
  const indices = [t + 1, z + 1];
  const isShared = sharedOrientation(exam.volume.planes) !== undefined;
  return {
    DerivationImageSequence: [derivation(exam, plan.phases[t], z)],
    FrameContentSequence: [
      {
        CardiacCyclePosition: cyclePosition(plan, plan.phases[t]),
        StackID: '1',
        InStackPositionNumber: z + 1,
        TemporalPositionIndex: t + 1,
        DimensionIndexValues: segmentNumber === undefined ? indices : [segmentNumber, ...indices],
      },
    ],
    PlanePositionSequence: [{ ImagePositionPatient: plane.imagePositionPatient }],
    PlaneOrientationSequence: isShared
      ? undefined
      : [{ ImageOrientationPatient: plane.imageOrientationPatient }],
    SegmentIdentificationSequence:
      segmentNumber === undefined ? undefined : [{ ReferencedSegmentNumber: segmentNumber }],
  };
}

/**
 * DICOM's name for the stack, where it has one: planes parallel and at equal distances.
 *
 * @returns undefined otherwise; viewers then go by the frames' positions
 */
export function dimensionOrganizationType(
  exam: CineExam,
  plan: SegmentationPlan,
): '3D' | '3D_TEMPORAL' | undefined {
  const { planes } = exam.volume;
  if (sharedOrientation(planes) === undefined || sliceStep(planes)?.isUniform !== true)
    return undefined;
  return plan.phases.length > 1 ? '3D_TEMPORAL' : '3D';
}

function derivation(exam: CineExam, phase: number, z: number): NaturalDataset {
  const source = sourceAt(exam, phase, z);
  return {
    DerivationCodeSequence: [codeItem(DESCRIPTION_CODES.segmentation)],
    SourceImageSequence: [
      {
        ...instanceItem(source),
        ReferencedFrameNumber: source.frameNumber,
        SpatialLocationsPreserved: 'YES',
        PurposeOfReferenceCodeSequence: [codeItem(DESCRIPTION_CODES.sourceImage)],
      },
    ],
  };
}

function cyclePosition(plan: SegmentationPlan, phase: number): string {
  if (phase === plan.endDiastole) return 'END_DIASTOLE';
  return phase === plan.endSystole ? 'END_SYSTOLE' : 'UNDETERMINED';
}

function sharedOrientation(planes: readonly Plane[]): Plane['imageOrientationPatient'] | undefined {
  const first = planes.at(0)?.imageOrientationPatient;
  const isSame = planes.every((plane) =>
    plane.imageOrientationPatient.every((cosine, i) => cosine === first?.[i]),
  );
  return isSame ? first : undefined;
}
