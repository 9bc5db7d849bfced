// The modules that every result has: patient, study, series, equipment, SOP common (PS3.3 C.7, C.12.1).
import { DESCRIPTION_CODES } from '../codes.ts';
import type { NaturalDataset } from '../dicom/part10.ts';
import type { StudyContext } from '../exam.ts';
import { codeItem } from './code-item.ts';
import { contentDate } from './content-date.ts';
import type { WriteInput } from './write-input.ts';

/** Required attributes, empty when the source has no value for them. */
const TYPE_2 = [
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'PatientSex',
  'StudyDate',
  'StudyTime',
  'ReferringPhysicianName',
  'StudyID',
  'AccessionNumber',
] as const;

/** Copied when the source has them: results must not contradict their patient and study. */
const TYPE_3 = [
  'IssuerOfPatientID',
  'PatientAge',
  'PatientSize',
  'PatientWeight',
  'TimezoneOffsetFromUTC',
] as const;

const LO_CHARACTERS = 64;

export interface SeriesDescription {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly modality: 'SEG' | 'SR';
  readonly seriesNumber: number;
  readonly description: string;
}

/** Attributes that do not depend on the kind of result beyond what `series` says. */
export function commonModules(input: WriteInput, series: SeriesDescription): NaturalDataset {
  const { exam } = input;
  const dataset: Record<string, NaturalDataset[string]> = {
    SOPClassUID: series.sopClassUid,
    SOPInstanceUID: series.sopInstanceUid,
    StudyInstanceUID: exam.studyInstanceUid,
    SeriesInstanceUID: series.seriesInstanceUid,
    SeriesNumber: series.seriesNumber,
    InstanceNumber: 1,
    Modality: series.modality,
    SeriesDescription: trainedOrSaysSo(input, series.description),
    ...contentDate(exam.context),
    ...equipment(input),
    ...deidentification(exam.context),
    StudyDescription: shortened(exam.context.StudyDescription),
  };
  for (const keyword of TYPE_2) dataset[keyword] = exam.context[keyword] ?? null;
  for (const keyword of TYPE_3) dataset[keyword] = exam.context[keyword];
  return dataset;
}

/** The method is required where the identity is removed: without it, neither is copied. */
function deidentification(context: StudyContext): NaturalDataset {
  const method = shortened(context.DeidentificationMethod);
  if (method === undefined) return {};
  return {
    PatientIdentityRemoved: context.PatientIdentityRemoved,
    DeidentificationMethod: method,
  };
}

/** Sources exceed what an LO holds: identifiers stay as they are, but a description may be cut. */
function shortened(description: string | undefined): string | undefined {
  return description?.slice(0, LO_CHARACTERS);
}

/** A description that no reader of an untrained model's result can miss; at most 64 characters (LO). */
export function trainedOrSaysSo(input: WriteInput, description: string): string {
  return input.segmentation.model.isTrained ? description : `UNTRAINED MODEL - ${description}`;
}

/** Names the network; `untrained` is a part of the name where it is. */
export function algorithmName(input: WriteInput): string {
  return input.segmentation.model.isTrained ? 'CineMyoPS' : 'CineMyoPS (untrained)';
}

function equipment(input: WriteInput): NaturalDataset {
  const { software, segmentation } = input;
  const versions = [software.version, segmentation.model.version];
  return {
    Manufacturer: software.manufacturer,
    ManufacturerModelName: software.name,
    // Required, and a program has none: the model is what differs between two installations.
    DeviceSerialNumber: segmentation.model.version,
    SoftwareVersions: versions,
    ContributingEquipmentSequence: [
      {
        PurposeOfReferenceCodeSequence: [codeItem(DESCRIPTION_CODES.processingEquipment)],
        Manufacturer: software.manufacturer,
        ManufacturerModelName: algorithmName(input),
        SoftwareVersions: versions,
        DeviceUID: segmentation.model.deviceUid,
        ContributionDescription: trainedOrSaysSo(input, 'segmentation and measurement of cine MR'),
      },
    ],
  };
}
