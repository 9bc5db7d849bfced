// Pixels of one frame as rescaled numbers, from any transfer syntax that a PACS hands out.
import dicomCodec from '@cornerstonejs/dicom-codec';
import dicomParser, { type DataSet, type Element } from 'dicom-parser';
import { NodeError, messageOf } from '../errors.ts';
import { elementOf, frameHeader } from './header.ts';

const PIXEL_DATA = 'x7fe00010';
const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';

/** How the stored bits become numbers (PS3.3 C.7.6.3 and C.11.1). */
export interface PixelLayout {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: 8 | 16;
  readonly bitsStored: number;
  readonly isSigned: boolean;
  readonly slope: number;
  readonly intercept: number;
}

/**
 * @throws {NodeError} `pixel-data-missing` without Pixel Data
 * @throws {NodeError} `pixel-data-unsupported` for colour, 32 bits, inverted greyscale or an odd high bit
 */
export function readPixelLayout(dataSet: DataSet, frameIndex: number | undefined): PixelLayout {
  const header = frameHeader(dataSet, frameIndex);
  if ((elementOf(dataSet, PIXEL_DATA)?.length ?? 0) === 0) {
    throw new NodeError('pixel-data-missing', 'expected an image, got no Pixel Data');
  }
  const samples = header.uint16('x00280002') ?? 1;
  const photometric = header.text('x00280004') ?? 'MONOCHROME2';
  if (samples !== 1 || photometric !== 'MONOCHROME2') {
    throw unsupported(`MONOCHROME2 with 1 sample a pixel, got ${photometric} with ${samples}`);
  }
  const bitsAllocated = header.uint16('x00280100');
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw unsupported(`8 or 16 bits allocated, got ${bitsAllocated ?? 'none'}`);
  }
  const bitsStored = header.uint16('x00280101') ?? bitsAllocated;
  const highBit = header.uint16('x00280102') ?? bitsStored - 1;
  if (highBit !== bitsStored - 1) {
    throw unsupported(
      `the high bit ${bitsStored - 1} for ${bitsStored} bits stored, got ${highBit}`,
    );
  }
  return {
    rows: header.uint16('x00280010') ?? 0,
    columns: header.uint16('x00280011') ?? 0,
    bitsAllocated,
    bitsStored,
    isSigned: header.uint16('x00280103') === 1,
    slope: header.number('x00281053', 'x00289145') ?? 1,
    intercept: header.number('x00281052', 'x00289145') ?? 0,
  };
}

/**
 * Decodes one frame.
 *
 * @param frameIndex - 0-based
 * @returns rescaled values `[Y, X]`
 * @throws {NodeError} `dicom-truncated` when there are fewer bytes than the header promises
 * @throws {NodeError} `pixel-data-unsupported` when the transfer syntax cannot be decoded
 */
export async function decodeFrame(
  dataSet: DataSet,
  layout: PixelLayout,
  frameIndex: number,
): Promise<Float32Array> {
  const element = dataSet.elements[PIXEL_DATA];
  const transferSyntax = dataSet.string('x00020010') ?? IMPLICIT_LITTLE_ENDIAN;
  const stored = element.encapsulatedPixelData
    ? await decodeEncapsulated(dataSet, layout, frameIndex, transferSyntax)
    : sliceNative(dataSet, layout, frameIndex, transferSyntax === EXPLICIT_BIG_ENDIAN);
  return rescale(stored, layout);
}

function sliceNative(
  dataSet: DataSet,
  layout: PixelLayout,
  frameIndex: number,
  isBigEndian: boolean,
): Uint8Array {
  const element: Element = dataSet.elements[PIXEL_DATA];
  const frameBytes = (layout.rows * layout.columns * layout.bitsAllocated) / 8;
  const start = frameIndex * frameBytes;
  if (start + frameBytes > element.length) {
    throw new NodeError(
      'dicom-truncated',
      `expected ${start + frameBytes} bytes of Pixel Data for frame ${frameIndex + 1}, got ${element.length}: send the instance again`,
    );
  }
  // A copy: typed arrays need an even offset, and the file's buffer can then be released.
  const bytes = dataSet.byteArray.slice(
    element.dataOffset + start,
    element.dataOffset + start + frameBytes,
  );
  if (isBigEndian && layout.bitsAllocated === 16) {
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap16();
  }
  return bytes;
}

async function decodeEncapsulated(
  dataSet: DataSet,
  layout: PixelLayout,
  frameIndex: number,
  transferSyntax: string,
): Promise<Uint8Array> {
  if (!dicomCodec.hasCodec(transferSyntax)) {
    throw unsupported(
      `a transfer syntax that can be decoded, got ${transferSyntax}: ask the PACS for Explicit VR Little Endian`,
    );
  }
  try {
    const { imageFrame } = await dicomCodec.decode(
      encapsulatedFrame(dataSet, frameIndex),
      {
        rows: layout.rows,
        columns: layout.columns,
        bitsAllocated: layout.bitsAllocated,
        samplesPerPixel: 1,
        signed: layout.isSigned,
      },
      transferSyntax,
    );
    return new Uint8Array(imageFrame.buffer, imageFrame.byteOffset, imageFrame.byteLength).slice();
  } catch (error) {
    throw new NodeError(
      'pixel-data-unsupported',
      `could not decode frame ${frameIndex + 1} of transfer syntax ${transferSyntax}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function encapsulatedFrame(dataSet: DataSet, frameIndex: number): Uint8Array {
  const element = dataSet.elements[PIXEL_DATA];
  const frames = Number(dataSet.string('x00280008') ?? '1');
  const fragments = element.fragments ?? [];
  if (frames <= 1) {
    return dicomParser.readEncapsulatedPixelDataFromFragments(
      dataSet,
      element,
      0,
      fragments.length,
    );
  }
  const offsets = element.basicOffsetTable ?? [];
  if (offsets.length > 0) {
    return dicomParser.readEncapsulatedImageFrame(dataSet, element, frameIndex);
  }
  if (fragments.length === frames) {
    return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, element, frameIndex);
  }
  const table = dicomParser.createJPEGBasicOffsetTable(dataSet, element);
  return dicomParser.readEncapsulatedImageFrame(dataSet, element, frameIndex, table);
}

function rescale(stored: Uint8Array, layout: PixelLayout): Float32Array {
  const { bitsAllocated, bitsStored, isSigned, slope, intercept } = layout;
  const count = layout.rows * layout.columns;
  const words =
    bitsAllocated === 8 ? stored : new Uint16Array(stored.buffer, stored.byteOffset, count);
  if (words.length < count) {
    throw new NodeError(
      'dicom-truncated',
      `expected ${count} pixels, got ${words.length}: send the instance again`,
    );
  }
  // Bits above the stored ones may hold anything (PS3.5 8.1.1): mask, then extend the sign.
  const mask = (1 << bitsStored) - 1;
  const signBit = isSigned ? 1 << (bitsStored - 1) : 0;
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const bits = words[i] & mask;
    values[i] = ((bits ^ signBit) - signBit) * slope + intercept;
  }
  return values;
}

function unsupported(expectedAndGot: string): NodeError {
  return new NodeError('pixel-data-unsupported', `expected ${expectedAndGot}`);
}
