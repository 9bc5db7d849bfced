// A simulated exam as classic MR Image Storage, in the way of each maker.
import { encodePart10, type NaturalDataset } from '../dicom/part10.ts';
import { derivedUid } from '../fingerprint.ts';
import type { InputInstance } from '../result.ts';
import { dot, frameOffset, planeNormal } from '../volume.ts';
import { createRandom } from '../random.ts';
import type { SimulatedExam } from './simulate.ts';
import { frameNumbers, VENDOR_TEXT, type FrameNumbers, type Vendor } from './vendor-habits.ts';

const MR_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.4';

/** A day on which nobody was scanned: simulated exams have no date of their own. */
const DATE = '20000101';

/** Values that all frames share. */
interface StudyFrame {
  readonly exam: SimulatedExam;
  readonly vendor: Vendor;
  /** Same exam, same files; another vendor or other pixels, other UIDs. */
  readonly identity: readonly string[];
  readonly largest: number;
}

/** UIDs must differ wherever the pixels do: the options that shaped the exam are part of them. */
function identityOf(exam: SimulatedExam, vendor: Vendor): string[] {
  const { shape, pixelSpacingMm } = exam.volume;
  const { patient } = exam.subject.heart;
  let sum = 0;
  for (let i = 0; i < exam.volume.voxels.length; i += 101)
    sum = (Math.imul(sum, 31) + exam.volume.voxels[i]) | 0;
  return [
    'simulated exam',
    vendor,
    String(exam.seed),
    shape.join('x'),
    pixelSpacingMm.join('x'),
    patient.condition,
    String(sum),
  ];
}

function patientAndStudy({ exam, identity }: StudyFrame): NaturalDataset {
  return {
    SpecificCharacterSet: 'ISO_IR 100',
    StudyDate: DATE,
    StudyTime: '080000',
    AccessionNumber: null,
    ReferringPhysicianName: null,
    StudyDescription: 'Simulated cardiac MR, not a patient',
    PatientName: 'Simulated^Heart',
    PatientID: `SIM-${exam.seed}`,
    PatientBirthDate: null,
    PatientSex: 'O',
    StudyInstanceUID: derivedUid(...identity, 'study'),
    StudyID: String(exam.seed),
    FrameOfReferenceUID: derivedUid(...identity, 'frame of reference'),
    PositionReferenceIndicator: null,
  };
}

function series({ exam, vendor, identity }: StudyFrame, numbers: FrameNumbers): NaturalDataset {
  const minute = String(numbers.series % 60).padStart(2, '0');
  return {
    Modality: 'MR',
    SeriesInstanceUID: derivedUid(...identity, 'series', String(numbers.series)),
    SeriesNumber:
      vendor === 'ge'
        ? 300
        : vendor === 'siemens'
          ? 11 + numbers.series
          : 401 + 100 * numbers.series,
    SeriesDate: DATE,
    SeriesTime: `08${minute}00`,
    AcquisitionDate: DATE,
    AcquisitionTime: `08${minute}10`,
    ContentDate: DATE,
    ContentTime: `08${minute}20`,
    SeriesDescription: VENDOR_TEXT[vendor].seriesDescription || null,
    Manufacturer: `CineMyoPS simulator, ${vendor} habits`,
    ManufacturerModelName: 'Simulated heart',
    PatientPosition: exam.plan.patientPosition,
    BodyPartExamined: 'HEART',
  };
}

function sequence({ exam, vendor }: StudyFrame, z: number): NaturalDataset {
  const rrMs = exam.plan.rrIntervalsMs[z] ?? 0;
  return {
    ImageType: VENDOR_TEXT[vendor].imageType,
    ScanningSequence: 'GR',
    SequenceVariant: 'SS',
    ScanOptions: VENDOR_TEXT[vendor].scanOptions,
    MRAcquisitionType: '2D',
    RepetitionTime: 3.2,
    EchoTime: 1.6,
    EchoTrainLength: 1,
    FlipAngle: 50,
    MagneticFieldStrength: 1.5,
    ImagedNucleus: '1H',
    ImagingFrequency: 63.9,
    NumberOfAverages: 1,
    SliceThickness: exam.plan.sliceThicknessMm,
    InPlanePhaseEncodingDirection: exam.subject.appearance.phaseEncoding,
    NominalInterval: Math.round(rrMs),
    HeartRate: Math.round(60000 / rrMs),
    CardiacNumberOfImages: exam.plan.phases,
    AcquisitionNumber: z + 1,
  };
}

function pixels({ exam, largest }: StudyFrame, t: number, z: number): NaturalDataset {
  const { volume } = exam;
  const offset = frameOffset(volume.shape, t, z);
  const [, , rows, columns] = volume.shape;
  const stored = Uint16Array.from(volume.voxels.subarray(offset, offset + rows * columns));
  return {
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    PixelSpacing: volume.pixelSpacingMm,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    WindowCenter: Math.round(largest * 0.4),
    WindowWidth: Math.max(1, Math.round(largest * 0.8)),
    PixelData: stored,
  };
}

function frame(
  study: StudyFrame,
  numbers: FrameNumbers,
  at: readonly [t: number, z: number],
): NaturalDataset {
  const [t, z] = at;
  const { volume } = study.exam;
  const plane = volume.planes[z];
  const normal = planeNormal(plane.imageOrientationPatient);
  const triggerMs = volume.triggerTimesMs[t * volume.shape[1] + z] + numbers.jitterMs;
  return {
    SOPClassUID: MR_IMAGE_STORAGE,
    SOPInstanceUID: derivedUid(...study.identity, 'frame', String(t), String(z)),
    ...patientAndStudy(study),
    ...series(study, numbers),
    ...sequence(study, z),
    InstanceNumber: numbers.instanceNumber,
    TriggerTime: Number(triggerMs.toFixed(3)),
    ImagePositionPatient: plane.imagePositionPatient,
    ImageOrientationPatient: plane.imageOrientationPatient,
    SliceLocation: Number(dot(plane.imagePositionPatient, normal).toFixed(3)),
    ...pixels(study, t, z),
  };
}

/**
 * Writes an exam as single-frame MR: GE's habit is one series, slice after slice; Siemens' a series
 * a slice; Philips' three slices a series, instance numbers in no order and trigger times that
 * jitter. The patient is plainly not one. The same exam and vendor give the same bytes.
 *
 * @returns one instance a frame, phase after phase
 */
export function writeSimulatedExam(exam: SimulatedExam, vendor: Vendor): InputInstance[] {
  const [phases, slices] = exam.volume.shape;
  const identity = identityOf(exam, vendor);
  const study = { exam, vendor, identity, largest: exam.subject.appearance.greatest };
  const numbers = frameNumbers(createRandom(identity.join(' ')), vendor, [phases, slices]);
  return numbers.map((own, index): InputInstance => {
    const t = Math.floor(index / slices);
    const z = index % slices;
    const name = `${String(own.series + 1).padStart(2, '0')}-${String(own.instanceNumber).padStart(4, '0')}.dcm`;
    return { name, bytes: encodePart10(frame(study, own, [t, z])) };
  });
}
