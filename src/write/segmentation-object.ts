// One DICOM Segmentation (PS3.3 A.51, C.8.20) from a plan.
import { DESCRIPTION_CODES } from '../codes.ts';
import { encodePart10, type NaturalDataset } from '../dicom/part10.ts';
import { NodeError } from '../errors.ts';
import type { DicomObject } from '../result.ts';
import { frameOffset } from '../volume.ts';
import { codeItem } from './code-item.ts';
import { algorithmName, commonModules } from './common-modules.ts';
import { packBinary, packLabelmap } from './pack-pixels.ts';
import { resultUids, trackingUid } from './result-uids.ts';
import {
  dimensionOrganizationType,
  frameGroups,
  segmentFrames,
  sharedGroups,
  type SegmentFrame,
} from './segment-frames.ts';
import type { SegmentationPlan } from './segmentation-plan.ts';
import { bySeries, seriesItem, sourcesOf } from './source-references.ts';
import { trackingId, type Structure } from './structures.ts';
import type { WriteInput } from './write-input.ts';

const SOP_CLASS_UIDS = {
  BINARY: '1.2.840.10008.5.1.4.1.1.66.4',
  LABELMAP: '1.2.840.10008.5.1.4.1.1.66.7',
} as const;

/**
 * @throws {NodeError} `shape-mismatch` when the labels do not lie on the exam's grid
 */
export function segmentationObject(input: WriteInput, plan: SegmentationPlan): DicomObject {
  checkShape(input, plan);
  const uids = resultUids(input, plan.kind);
  const sopClassUid = SOP_CLASS_UIDS[plan.segmentationType];
  const frames = segmentFrames(plan);
  const dataset: NaturalDataset = {
    ...commonModules(input, {
      ...uids,
      sopClassUid,
      modality: 'SEG',
      seriesNumber: plan.seriesNumber,
      description: plan.description,
    }),
    ...imageModules(input, plan, frames),
    ...dimensionModule(input, plan, uids.dimensionOrganizationUid),
    SegmentSequence: plan.structures.map((structure, i) => segmentItem(input, structure, i + 1)),
    SharedFunctionalGroupsSequence: [sharedGroups(input.exam)],
    PerFrameFunctionalGroupsSequence: frames.map((frame) => frameGroups(input.exam, plan, frame)),
    ReferencedSeriesSequence: bySeries(sourcesOf(input.exam, plan.phases)).map((sources) =>
      seriesItem(sources, 'ReferencedInstanceSequence'),
    ),
    PixelData: pixels(plan, frames),
  };
  return {
    kind: plan.kind,
    sopClassUid,
    sopInstanceUid: uids.sopInstanceUid,
    seriesInstanceUid: uids.seriesInstanceUid,
    studyInstanceUid: input.exam.studyInstanceUid,
    bytes: encodePart10(dataset),
  };
}

function imageModules(
  { exam }: WriteInput,
  plan: SegmentationPlan,
  frames: readonly SegmentFrame[],
): NaturalDataset {
  const isBinary = plan.segmentationType === 'BINARY';
  const { LossyImageCompressionRatio, LossyImageCompressionMethod } = exam.context;
  return {
    FrameOfReferenceUID: exam.frameOfReferenceUid,
    PositionReferenceIndicator: exam.context.PositionReferenceIndicator ?? null,
    ImageType: ['DERIVED', 'PRIMARY'],
    NumberOfFrames: frames.length,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: plan.labels.shape[2],
    Columns: plan.labels.shape[3],
    BitsAllocated: isBinary ? 1 : 8,
    BitsStored: isBinary ? 1 : 8,
    HighBit: isBinary ? 0 : 7,
    PixelRepresentation: 0,
    PixelPaddingValue: isBinary ? undefined : 0,
    LossyImageCompression: exam.isLossy ? '01' : '00',
    LossyImageCompressionRatio: exam.isLossy ? LossyImageCompressionRatio : undefined,
    LossyImageCompressionMethod: exam.isLossy ? LossyImageCompressionMethod : undefined,
    SegmentationType: plan.segmentationType,
    SegmentsOverlap: 'NO',
    ContentLabel: plan.contentLabel,
    ContentDescription: 'Research use only, not reviewed',
    ContentCreatorName: null,
  };
}

function dimensionModule(
  { exam }: WriteInput,
  plan: SegmentationPlan,
  organizationUid: string,
): NaturalDataset {
  const dimension = (pointer: string, group: string, label: string): NaturalDataset => ({
    DimensionOrganizationUID: organizationUid,
    DimensionIndexPointer: pointer,
    FunctionalGroupPointer: group,
    DimensionDescriptionLabel: label,
  });
  const segment = dimension('ReferencedSegmentNumber', 'SegmentIdentificationSequence', 'Segment');
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organizationUid }],
    DimensionOrganizationType: dimensionOrganizationType(exam, plan),
    DimensionIndexSequence: [
      ...(plan.segmentationType === 'BINARY' ? [segment] : []),
      dimension('TemporalPositionIndex', 'FrameContentSequence', 'Cardiac phase'),
      dimension('InStackPositionNumber', 'FrameContentSequence', 'Slice'),
    ],
  };
}

function segmentItem(
  input: WriteInput,
  structure: Structure,
  segmentNumber: number,
): NaturalDataset {
  const { exam, segmentation } = input;
  const { region } = structure;
  return {
    SegmentNumber: segmentNumber,
    SegmentLabel: structure.label,
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentAlgorithmName: algorithmName(input),
    SegmentationAlgorithmIdentificationSequence: [
      {
        AlgorithmFamilyCodeSequence: [codeItem(DESCRIPTION_CODES.artificialIntelligence)],
        AlgorithmName: algorithmName(input),
        AlgorithmVersion: segmentation.model.version,
      },
    ],
    SegmentedPropertyCategoryCodeSequence: [codeItem(structure.category)],
    SegmentedPropertyTypeCodeSequence: [codeItem(structure.type)],
    AnatomicRegionSequence: region && [codeItem(region)],
    RecommendedDisplayCIELabValue: structure.displayCieLab,
    TrackingID: trackingId(structure.label),
    TrackingUID: trackingUid(exam.studyInstanceUid, trackingId(structure.label)),
  };
}

function pixels(plan: SegmentationPlan, frames: readonly SegmentFrame[]): Uint8Array {
  const { labels, shape } = plan.labels;
  const size = shape[2] * shape[3];
  const labelsOf = ({ t, z }: SegmentFrame): Uint8Array => {
    const start = frameOffset(shape, t, z);
    return labels.subarray(start, start + size);
  };
  const values = plan.structures.map(({ value }) => value);
  if (plan.segmentationType === 'LABELMAP') return packLabelmap(frames.map(labelsOf), values);
  return packBinary(
    frames.map((frame) => ({
      labels: labelsOf(frame),
      value: values[(frame.segmentNumber ?? 0) - 1] ?? -1,
    })),
  );
}

function checkShape({ exam }: WriteInput, plan: SegmentationPlan): void {
  const expected = [plan.phases.length, ...exam.volume.shape.slice(1)];
  const { shape, labels } = plan.labels;
  const isSame = expected.every((size, axis) => size === shape[axis]);
  if (isSame && labels.length === shape.reduce((a, b) => a * b)) return;
  throw new NodeError(
    'shape-mismatch',
    `labels for ${plan.kind}: expected [T, Z, Y, X] = [${expected.join(', ')}], got [${shape.join(', ')}] with ${labels.length} values`,
  );
}
