// Small valid MR images for tests that are about transport, not about hearts.
import { encodePart10 } from '../../src/dicom/part10.ts';
import { derivedUid } from '../../src/fingerprint.ts';
import type { DicomObject } from '../../src/result.ts';

const MR_IMAGE = '1.2.840.10008.5.1.4.1.1.4';
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

export interface TinyImage {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly bytes: Uint8Array;
}

/** The images number `from` to `to - 1` of one series; the same name gives the same UIDs. */
export function tinyImages(
  name: string,
  { from = 0, to, modality = 'MR' }: { from?: number; to: number; modality?: string },
): TinyImage[] {
  const studyInstanceUid = derivedUid('tiny', name);
  const seriesInstanceUid = derivedUid('tiny', name, modality);
  return Array.from({ length: to - from }, (_, i) => {
    const sopInstanceUid = derivedUid('tiny', name, modality, String(from + i));
    const bytes = encodePart10({
      ...{ SOPClassUID: modality === 'MR' ? MR_IMAGE : SECONDARY_CAPTURE, Modality: modality },
      ...{ StudyInstanceUID: studyInstanceUid, SeriesInstanceUID: seriesInstanceUid },
      ...{ SOPInstanceUID: sopInstanceUid, PatientID: `TINY-${name}`, PatientName: 'Tiny^Test' },
      ...{ InstanceNumber: from + i + 1, SamplesPerPixel: 1, Rows: 4, Columns: 4 },
      ...{ PhotometricInterpretation: 'MONOCHROME2', BitsAllocated: 16, BitsStored: 12 },
      ...{ HighBit: 11, PixelRepresentation: 0, PixelData: new Uint8Array(32).fill(i) },
    });
    return { studyInstanceUid, seriesInstanceUid, sopInstanceUid, bytes };
  });
}

/** An object of the kind that the node stores, in a series of its own. */
export function tinyResult(
  studyInstanceUid: string,
  kind: DicomObject['kind'],
  salt = '',
): DicomObject {
  const seriesInstanceUid = derivedUid('tiny-result', studyInstanceUid, kind, salt, 'series');
  const sopInstanceUid = derivedUid('tiny-result', studyInstanceUid, kind, salt);
  const bytes = encodePart10({
    ...{ SOPClassUID: SECONDARY_CAPTURE, SOPInstanceUID: sopInstanceUid, Modality: 'OT' },
    ...{ StudyInstanceUID: studyInstanceUid, SeriesInstanceUID: seriesInstanceUid },
    ...{ PatientID: 'TINY', PatientName: 'Tiny^Test', SamplesPerPixel: 1, Rows: 4, Columns: 4 },
    ...{ PhotometricInterpretation: 'MONOCHROME2', BitsAllocated: 8, BitsStored: 8, HighBit: 7 },
    ...{ PixelRepresentation: 0, PixelData: new Uint8Array(16) },
  });
  return {
    ...{ kind, sopInstanceUid, seriesInstanceUid, studyInstanceUid, bytes },
    sopClassUid: SECONDARY_CAPTURE,
  };
}
