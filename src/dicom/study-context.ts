// The attributes of patient, study and source that every result repeats (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2).
import type { StudyContext } from '../exam.ts';
import { isDicomDate } from './dicom-time.ts';
import { decodePart10 } from './part10.ts';

const COPIED = [
  'PatientName',
  'PatientID',
  'IssuerOfPatientID',
  'PatientBirthDate',
  'PatientSex',
  'PatientAge',
  'PatientSize',
  'PatientWeight',
  'PatientIdentityRemoved',
  'DeidentificationMethod',
  'StudyInstanceUID',
  'StudyID',
  'StudyDate',
  'StudyTime',
  'StudyDescription',
  'AccessionNumber',
  'ReferringPhysicianName',
  'SeriesDate',
  'SeriesTime',
  'AcquisitionDate',
  'AcquisitionTime',
  'ContentDate',
  'ContentTime',
  'TimezoneOffsetFromUTC',
  'FrameOfReferenceUID',
  'PositionReferenceIndicator',
  'PatientPosition',
  'BodyPartExamined',
  'Manufacturer',
  'LossyImageCompressionRatio',
  'LossyImageCompressionMethod',
] as const;

/**
 * Reads what results copy from one source instance.
 *
 * @returns single values as text, character set decoded; absent, empty and invalid dates left out
 */
export function readStudyContext(bytes: Uint8Array): StudyContext {
  const dataset = decodePart10(bytes);
  const context: Record<string, string> = {};
  for (const keyword of COPIED) {
    const value = dataset[keyword];
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const text = String(value);
    if (text === '' || (keyword.endsWith('Date') && !isDicomDate(text))) continue;
    context[keyword] = text;
  }
  return context;
}
