// The source instances of an exam fixture, as a scanner would send them.
import { encodePart10, type NaturalDataset } from '../../src/dicom/part10.ts';
import { sourceAt, type CineExam } from '../../src/exam.ts';
import { frameOffset } from '../../src/volume.ts';

export interface SourceInstance {
  readonly sopInstanceUid: string;
  readonly bytes: Uint8Array;
}

/** One MR image for each frame, slice by slice; for single-frame exams. */
export function sourceInstances(exam: CineExam): SourceInstance[] {
  const [phases, slices] = exam.volume.shape;
  const instances: SourceInstance[] = [];
  for (let z = 0; z < slices; z++)
    for (let t = 0; t < phases; t++) {
      const { sopInstanceUid } = sourceAt(exam, t, z);
      instances.push({ sopInstanceUid, bytes: encodePart10(mrImage(exam, t, z)) });
    }
  return instances;
}

function mrImage(exam: CineExam, t: number, z: number): NaturalDataset {
  const { volume, context, frameOfReferenceUid, studyInstanceUid } = exam;
  const [phases, slices, rows, columns] = volume.shape;
  const source = sourceAt(exam, t, z);
  const start = frameOffset(volume.shape, t, z);
  const pixels = volume.voxels.subarray(start, start + rows * columns);
  const plane = volume.planes[z];
  return {
    ...context,
    SOPClassUID: source.sopClassUid,
    SOPInstanceUID: source.sopInstanceUid,
    StudyInstanceUID: studyInstanceUid,
    SeriesInstanceUID: source.seriesInstanceUid,
    SeriesNumber: 1,
    InstanceNumber: z * phases + t + 1,
    AcquisitionNumber: z + 1,
    Modality: 'MR',
    Manufacturer: 'Fixture',
    ImageType: ['ORIGINAL', 'PRIMARY', 'M'],
    FrameOfReferenceUID: frameOfReferenceUid,
    PositionReferenceIndicator: null,
    PatientPosition: 'HFS',
    ScanningSequence: 'GR',
    SequenceVariant: 'SK',
    ScanOptions: null,
    MRAcquisitionType: '2D',
    RepetitionTime: 3,
    EchoTime: 1.5,
    EchoTrainLength: 1,
    TriggerTime: volume.triggerTimesMs[t * slices + z],
    NominalInterval: 800,
    CardiacNumberOfImages: phases,
    SliceThickness: volume.sliceThicknessMm,
    ImagePositionPatient: plane.imagePositionPatient,
    ImageOrientationPatient: plane.imageOrientationPatient,
    PixelSpacing: volume.pixelSpacingMm,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    PixelData: Uint16Array.from(pixels),
  };
}
