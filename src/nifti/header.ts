// The 348 bytes before the voxels of a NIfTI-1 file (nifti1.h).
import { NodeError } from '../errors.ts';
import type { Shape4D } from '../volume.ts';
import { DATATYPE_NAMES, datatypeOfCode, type Datatype } from './datatype.ts';
import type { NiftiAffine, NiftiGeometry, NiftiSpacingMm } from './nifti-image.ts';
import { scaledAxes } from './nifti-image.ts';

export const HEADER_BYTES = 348;
/** Header, and four bytes that say that no extension follows. */
export const FIRST_VOXEL_BYTE = 352;

/** Offsets of the fields that are used. */
export const FIELD = {
  headerBytes: 0,
  dim: 40,
  datatype: 70,
  bitpix: 72,
  pixdim: 76,
  voxOffset: 108,
  sclSlope: 112,
  sclInter: 116,
  units: 123,
  qformCode: 252,
  sformCode: 254,
  quaternion: 256,
  qoffset: 268,
  srow: 280,
  magic: 344,
} as const;

/** A 4D scan of 512 x 512 x 30 x 60 fits. */
const MAX_VOXELS = 2 ** 29;
/** Spatial part of xyzt_units: millimetres, or not said. */
const MILLIMETRES: ReadonlySet<number> = new Set([0, 2]);
/** NIfTI-2's header, which is longer. */
const NIFTI2_BYTES = 540;

export interface NiftiHeader extends NiftiGeometry {
  readonly isLittleEndian: boolean;
  readonly shape: Shape4D;
  readonly datatype: Datatype;
  readonly voxOffset: number;
  /** 1 and 0 where the file asks for no scaling. */
  readonly slope: number;
  readonly intercept: number;
}

/** Reads typed fields in the file's byte order. */
interface Fields {
  readonly isLittleEndian: boolean;
  readonly int16: (at: number) => number;
  readonly float32: (at: number) => number;
  readonly uint8: (at: number) => number;
}

/**
 * @param name - of the file, for messages
 * @throws {NodeError} `nifti-invalid` with what was expected
 */
export function parseHeader(bytes: Uint8Array, name: string): NiftiHeader {
  const fields = openFields(bytes, name);
  const shape = shapeOf(fields, name);
  const spacingMm = spacingOf(fields, name);
  const code = fields.int16(FIELD.datatype);
  const datatype = datatypeOfCode(code);
  if (datatype === undefined)
    throw invalid(name, `elements of type ${DATATYPE_NAMES}`, `type code ${code}`);
  const bits = fields.int16(FIELD.bitpix);
  if (bits !== 8 * datatype.bytes)
    throw invalid(name, `${8 * datatype.bytes} bits for ${datatype.name}`, `${bits}`);
  const voxOffset = fields.float32(FIELD.voxOffset);
  if (!Number.isInteger(voxOffset) || voxOffset < HEADER_BYTES)
    throw invalid(name, 'voxels after the header', `a first byte at ${voxOffset}`);
  const units = fields.uint8(FIELD.units) & 7;
  if (!MILLIMETRES.has(units)) throw invalid(name, 'millimetres', `unit code ${units}`);
  return {
    isLittleEndian: fields.isLittleEndian,
    shape,
    datatype,
    voxOffset,
    ...scalingOf(fields, name),
    spacingMm,
    affine: affineOf(fields, spacingMm, name),
  };
}

function openFields(bytes: Uint8Array, name: string): Fields {
  if (bytes.length < HEADER_BYTES)
    throw invalid(name, `a header of ${HEADER_BYTES} bytes`, `${bytes.length} bytes in all`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const isLittleEndian = view.getInt32(FIELD.headerBytes, true) === HEADER_BYTES;
  const declared = view.getInt32(FIELD.headerBytes, isLittleEndian);
  if (declared !== HEADER_BYTES) {
    const isNifti2 = [true, false].some((e) => view.getInt32(0, e) === NIFTI2_BYTES);
    throw invalid(
      name,
      'a NIfTI-1 file',
      isNifti2 ? 'NIfTI-2: convert it' : 'another kind of file',
    );
  }
  const magic = String.fromCharCode(...bytes.subarray(FIELD.magic, FIELD.magic + 3));
  if (magic === 'ni1')
    throw invalid(name, 'header and voxels in one file', 'half a pair of .hdr and .img: join them');
  if (magic !== 'n+1') throw invalid(name, 'the mark n+1 of NIfTI-1', 'none');
  return {
    isLittleEndian,
    int16: (at) => view.getInt16(at, isLittleEndian),
    float32: (at) => view.getFloat32(at, isLittleEndian),
    uint8: (at) => view.getUint8(at),
  };
}

function shapeOf({ int16 }: Fields, name: string): Shape4D {
  const count = int16(FIELD.dim);
  if (count < 1 || count > 7) throw invalid(name, '1 to 7 dimensions', `${count}`);
  const sizes = Array.from({ length: count }, (_, i) => int16(FIELD.dim + 2 * (i + 1)));
  if (sizes.some((size) => size < 1) || sizes.slice(4).some((size) => size !== 1))
    throw invalid(
      name,
      'at most x, y, z and time, each of 1 or more',
      `sizes ${sizes.join(' x ')}`,
    );
  const [x, y = 1, z = 1, t = 1] = sizes;
  if (x * y * z * t > MAX_VOXELS)
    throw invalid(name, `at most ${MAX_VOXELS} voxels`, `${x * y * z * t}`);
  return [t, z, y, x];
}

function spacingOf({ float32, int16 }: Fields, name: string): NiftiSpacingMm {
  const count = int16(FIELD.dim);
  const at = (axis: number): number =>
    // An axis that the file does not have may carry no spacing.
    axis > count ? 1 : Math.abs(float32(FIELD.pixdim + 4 * axis));
  const spacing: NiftiSpacingMm = [at(1), at(2), at(3)];
  if (spacing.every((mm) => Number.isFinite(mm) && mm > 0)) return spacing;
  throw invalid(name, 'a spacing above 0 mm along x, y and z', spacing.join(', '));
}

function scalingOf({ float32 }: Fields, name: string): { slope: number; intercept: number } {
  const slope = float32(FIELD.sclSlope);
  const intercept = float32(FIELD.sclInter);
  // nifti1.h: a slope of 0 means that nothing is scaled; some writers put NaN.
  if (slope === 0 || Number.isNaN(slope)) return { slope: 1, intercept: 0 };
  if (Number.isFinite(slope) && Number.isFinite(intercept)) return { slope, intercept };
  throw invalid(name, 'a finite slope and intercept', `${slope} and ${intercept}`);
}

/** sform before qform before spacing alone (nifti1.h, methods 3, 2, 1). */
function affineOf(fields: Fields, spacingMm: NiftiSpacingMm, name: string): NiftiAffine {
  const { int16, float32 } = fields;
  const affine =
    int16(FIELD.sformCode) > 0
      ? rows((i, k) => float32(FIELD.srow + 16 * i + 4 * k))
      : int16(FIELD.qformCode) > 0
        ? qformAffine(fields, spacingMm)
        : scaledAxes(spacingMm);
  if (affine.flat().every(Number.isFinite)) return affine;
  throw invalid(name, 'a finite affine', 'NaN or infinity in sform or qform');
}

/** Rotation of a unit quaternion, its z column turned by qfac = pixdim[0] (nifti1.h, method 2). */
function qformAffine({ float32 }: Fields, [dx, dy, dz]: NiftiSpacingMm): NiftiAffine {
  const [b, c, d] = [0, 4, 8].map((at) => float32(FIELD.quaternion + at));
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  const turn = float32(FIELD.pixdim) < 0 ? -1 : 1;
  const rotation = [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ];
  const scale = [dx, dy, turn * dz];
  return rows((i, k) => (k === 3 ? float32(FIELD.qoffset + 4 * i) : rotation[i][k] * scale[k]));
}

function rows(at: (row: number, column: number) => number): NiftiAffine {
  return [
    [at(0, 0), at(0, 1), at(0, 2), at(0, 3)],
    [at(1, 0), at(1, 1), at(1, 2), at(1, 3)],
    [at(2, 0), at(2, 1), at(2, 2), at(2, 3)],
  ];
}

/** An error about a file's content. */
export function invalid(name: string, expected: string, got: string): NodeError {
  return new NodeError('nifti-invalid', `${name}: expected ${expected}, got ${got}`);
}
