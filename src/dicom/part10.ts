// DICOM Part 10 files from data sets by keyword (dcmjs writes), and back (dicom-parser reads).
import { data, log } from 'dcmjs';
import dicomParser, { type DataSet } from 'dicom-parser';
import { messageOf, NodeError } from '../errors.ts';
import { vrOf } from './dictionary.ts';
import {
  denaturalize,
  isAscii,
  pixelFormOf,
  type NaturalDataset,
  type NaturalValue,
} from './natural-dataset.ts';
import { naturalize } from './natural-reader.ts';

export type { BinaryValue, NaturalDataset, NaturalItem, NaturalValue } from './natural-dataset.ts';

export const IMPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

// Names this program as the writer (PS3.7 D.3.3.2); fixed, so that equal content gives equal bytes.
const IMPLEMENTATION_CLASS_UID = '2.25.110466829036018342107153390154268812817';
const IMPLEMENTATION_VERSION_NAME = 'CINEMYOPS';

const UNWRITABLE_SYNTAXES = new Set(['1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99']);

// dcmjs logs values, and values may be patient data.
log.setLevel('silent', false);

export interface EncodeOptions {
  /**
   * Explicit VR Little Endian when not given. For an encapsulated syntax, PixelData is an array of
   * one compressed `Uint8Array` a frame. Big endian and deflated cannot be written.
   */
  readonly transferSyntaxUid?: string;
}

/**
 * Writes a data set as a DICOM Part 10 file; the same data set gives the same bytes.
 *
 * Text beyond ASCII is written in UTF-8, and SpecificCharacterSet added to say so. Lengths of text
 * are not checked: attributes copied from a source must stay as they are.
 *
 * @throws {RangeError} for an unknown keyword, a value that its VR cannot hold, a character set other
 *   than UTF-8 with text beyond ASCII, or no SOPClassUID or SOPInstanceUID
 */
export function encodePart10(dataset: NaturalDataset, options: EncodeOptions = {}): Uint8Array {
  const syntax = options.transferSyntaxUid ?? EXPLICIT_VR_LITTLE_ENDIAN;
  if (UNWRITABLE_SYNTAXES.has(syntax))
    throw new RangeError(`transfer syntax ${syntax} cannot be written; use little endian`);
  const form = pixelFormOf(dataset, data.DicomMessage.isEncapsulated(syntax));
  const meta: NaturalDataset = {
    FileMetaInformationVersion: Uint8Array.of(0, 1),
    MediaStorageSOPClassUID: required(dataset, 'SOPClassUID'),
    MediaStorageSOPInstanceUID: required(dataset, 'SOPInstanceUID'),
    TransferSyntaxUID: syntax,
    ImplementationClassUID: IMPLEMENTATION_CLASS_UID,
    ImplementationVersionName: IMPLEMENTATION_VERSION_NAME,
  };
  const file = new data.DicomDict(denaturalize(meta, form));
  file.dict = denaturalize(withCharacterSet(dataset), form);
  return new Uint8Array(file.write({ allowInvalidVRLength: true, fragmentMultiframe: false }));
}

/**
 * Reads a whole Part 10 file; meant for headers and small objects.
 *
 * @returns attributes by keyword: one value bare, several in an array, a sequence always an array,
 *   an attribute without value as null; private attributes are left out
 * @throws {NodeError} `not-dicom` when the bytes cannot be read, `dicom-truncated` when some are missing
 */
export function decodePart10(bytes: Uint8Array): NaturalDataset {
  const dataSet = parse(bytes);
  const end = Math.max(0, ...Object.values(dataSet.elements).map((e) => e.dataOffset + e.length));
  if (end > dataSet.byteArray.length)
    throw new NodeError(
      'dicom-truncated',
      `expected ${end} bytes of DICOM, got ${dataSet.byteArray.length}; send the file again`,
    );
  return naturalize(dataSet);
}

function parse(bytes: Uint8Array): DataSet {
  try {
    return dicomParser.parseDicom(bytes, { vrCallback: (tag: string) => vrOf(tag.slice(1)) });
  } catch (error) {
    // dicom-parser throws strings and plain objects, which hold the values read so far.
    const reason = typeof error === 'string' ? error : messageOf(error);
    throw new NodeError(
      'not-dicom',
      `expected a DICOM Part 10 file, got ${bytes.byteLength} bytes that cannot be read as one; check that the file is whole`,
      { cause: new Error(reason) },
    );
  }
}

function required(dataset: NaturalDataset, keyword: string): string {
  const value = dataset[keyword];
  if (typeof value === 'string' && value !== '') return value;
  throw new RangeError(`a DICOM file needs ${keyword}`);
}

function withCharacterSet(dataset: NaturalDataset): NaturalDataset {
  if (isAsciiThroughout(dataset)) return dataset;
  const { SpecificCharacterSet } = dataset;
  if (SpecificCharacterSet !== undefined && SpecificCharacterSet !== 'ISO_IR 192')
    throw new RangeError(
      'text beyond ASCII is written in UTF-8: SpecificCharacterSet must be ISO_IR 192',
    );
  return { ...dataset, SpecificCharacterSet: 'ISO_IR 192' };
}

function isAsciiThroughout(value: NaturalValue): boolean {
  if (typeof value === 'string') return isAscii(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  return Object.values(value).every((part: NaturalValue) => isAsciiThroughout(part));
}
