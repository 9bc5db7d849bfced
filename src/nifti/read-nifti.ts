// NIfTI-1 files (.nii, .nii.gz) -> images.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { messageOf, NodeError } from '../errors.ts';
import { invalid, parseHeader } from './header.ts';
import type { NiftiImage } from './nifti-image.ts';

/** No file may unpack to more. */
const MAX_BYTES = 2 ** 31;

/**
 * Reads one file.
 *
 * @param name - for messages, where the file's own could be a patient's
 * @throws {NodeError} `not-found` when there is no such file
 * @throws {NodeError} `nifti-invalid` as `decodeNifti`
 */
export async function readNifti(path: string, name = basename(path)): Promise<NiftiImage> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new NodeError('not-found', `expected the file ${name}, found none`, { cause });
  });
  return decodeNifti(bytes, name);
}

/**
 * Decodes a file's bytes, gzipped or not, in either byte order.
 *
 * @param name - for messages
 * @throws {NodeError} `nifti-invalid` when it is no NIfTI-1, of a type that is not read, cut short,
 *   larger than is sane, or holds values that are no numbers
 */
export function decodeNifti(file: Uint8Array, name: string): NiftiImage {
  const isGzip = file[0] === 0x1f && file[1] === 0x8b;
  const bytes = isGzip ? unpack(file, name) : file;
  const header = parseHeader(bytes, name);
  const { shape, datatype, voxOffset, slope, intercept, isLittleEndian } = header;
  const count = shape.reduce((product, size) => product * size, 1);
  const needed = voxOffset + count * datatype.bytes;
  if (bytes.length < needed)
    throw invalid(name, `${needed} bytes`, `${bytes.length}: the file is cut short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + voxOffset, count * datatype.bytes);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = slope * datatype.read(view, i * datatype.bytes, isLittleEndian) + intercept;
    if (!Number.isFinite(values[i])) throw invalid(name, 'numbers', `${values[i]} at voxel ${i}`);
  }
  return { values, shape, spacingMm: header.spacingMm, affine: header.affine };
}

function unpack(file: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(file, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new NodeError(
      'nifti-invalid',
      `${name}: expected a whole gzip file of at most ${MAX_BYTES} bytes unpacked: ${messageOf(cause)}`,
      { cause },
    );
  }
}
