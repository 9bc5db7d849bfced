// Images -> NIfTI-1 files.
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Shape4D } from '../volume.ts';
import { datatypeOfArray, type NiftiArray } from './datatype.ts';
import { FIELD, FIRST_VOXEL_BYTE, HEADER_BYTES } from './header.ts';
import type { NiftiGeometry } from './nifti-image.ts';

/** What is written: the array's own type becomes the file's. */
export interface NiftiContent extends NiftiGeometry {
  /** Row-major `[T, Z, Y, X]`. */
  readonly values: NiftiArray;
  readonly shape: Shape4D;
}

/** Millimetres and seconds. */
const UNITS = 2 | 8;
/** sform_code 1: coordinates of the scanner. */
const SCANNER = 1;

/** Writes a file, gzipped when its name ends in .gz; the same content gives the same bytes. */
export async function writeNifti(path: string, content: NiftiContent): Promise<void> {
  const bytes = encodeNifti(content);
  await writeFile(path, path.endsWith('.gz') ? gzipSync(bytes) : bytes);
}

/**
 * Encodes an image, not gzipped; little endian.
 *
 * @throws {RangeError} when values and shape disagree or a size is beyond the format's 32767
 */
export function encodeNifti({ values, shape, spacingMm, affine }: NiftiContent): Uint8Array {
  const [t, z, y, x] = shape;
  if (values.length !== t * z * y * x)
    throw new RangeError(`expected ${t * z * y * x} values, got ${values.length}`);
  if (shape.some((size) => size < 1 || size > 32767))
    throw new RangeError(`expected sizes from 1 to 32767, got ${shape.join(' x ')}`);
  const type = datatypeOfArray(values);
  const bytes = new Uint8Array(FIRST_VOXEL_BYTE + values.byteLength);
  const view = new DataView(bytes.buffer);
  view.setInt32(FIELD.headerBytes, HEADER_BYTES, true);
  const dimensions = [t > 1 ? 4 : 3, x, y, z, t, 1, 1, 1];
  dimensions.forEach((size, i) => {
    view.setInt16(FIELD.dim + 2 * i, size, true);
  });
  view.setInt16(FIELD.datatype, type.code, true);
  view.setInt16(FIELD.bitpix, 8 * type.bytes, true);
  [1, ...spacingMm, 1, 1, 1, 1].forEach((mm, i) => {
    view.setFloat32(FIELD.pixdim + 4 * i, mm, true);
  });
  view.setFloat32(FIELD.voxOffset, FIRST_VOXEL_BYTE, true);
  view.setFloat32(FIELD.sclSlope, 1, true);
  view.setUint8(FIELD.units, UNITS);
  view.setInt16(FIELD.sformCode, SCANNER, true);
  affine.flat().forEach((value, i) => {
    view.setFloat32(FIELD.srow + 4 * i, value, true);
  });
  bytes.set([0x6e, 0x2b, 0x31, 0], FIELD.magic); // n+1
  // A typed array lies in memory in the machine's order, which on every Node platform is little endian.
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), FIRST_VOXEL_BYTE);
  return bytes;
}
