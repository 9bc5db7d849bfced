// NumPy's .npy files: a header that is a Python dict literal, then the numbers
// (numpy.lib.format, versions 1.0 to 3.0).
import { NodeError } from '../../errors.ts';
import { printable } from '../../quoted.ts';
import { sizeOf } from '../parameters.ts';
import type { DenseArray } from './dense-array.ts';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** The header is padded so that the numbers begin at a multiple of this. */
const ALIGNMENT = 64;
const MAX_DIMENSIONS = 32;
/** Version 1.0 can claim no more; NumPy itself refuses more than 10,000 unless told otherwise. */
const MAX_HEADER_BYTES = 0xffff;
const VERSIONS: readonly (number | undefined)[] = [1, 2, 3];

type NpyValues =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array;

/** Constructors by NumPy's type code; `|` marks types without a byte order. */
const TYPES = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '|u1': Uint8Array,
  '|i1': Int8Array,
  '|b1': Uint8Array,
  '<u2': Uint16Array,
  '<i2': Int16Array,
  '<i4': Int32Array,
  '<u4': Uint32Array,
} as const;

/**
 * Reads a C-ordered, little-endian .npy file of numbers.
 *
 * @param name - names the file in errors
 * @throws {NodeError} `array-invalid` saying what is wrong with the file
 */
export function readNpy(file: Uint8Array, name: string): DenseArray<NpyValues> {
  const { header, dataOffset } = readHeader(file, name);
  const { descr, shape } = parseHeader(header, name);
  const ArrayType = TYPES[descr];
  const byteLength = sizeOf(shape) * ArrayType.BYTES_PER_ELEMENT;
  if (file.length - dataOffset !== byteLength) {
    throw new NodeError(
      'array-invalid',
      `${name}: shape [${shape.join(', ')}] of ${descr} needs ${byteLength} bytes, the file has ${file.length - dataOffset}.`,
    );
  }
  // A copy, because the offset need not suit the type's alignment.
  const bytes = new Uint8Array(file.subarray(dataOffset));
  return { shape, values: new ArrayType(bytes.buffer) };
}

/** As `readNpy`, converted to float32. */
export function readFloat32Npy(file: Uint8Array, name: string): DenseArray<Float32Array> {
  const { shape, values } = readNpy(file, name);
  return { shape, values: values instanceof Float32Array ? values : Float32Array.from(values) };
}

/** The bytes of a .npy file, version 1.0. */
export function writeNpy(array: DenseArray<Float32Array | Uint8Array>): Uint8Array {
  const { shape, values } = array;
  if (sizeOf(shape) !== values.length) {
    throw new RangeError(`Shape [${shape.join(', ')}] does not hold ${values.length} numbers.`);
  }
  const descr = values instanceof Float32Array ? '<f4' : '|u1';
  // A Python tuple of one element keeps its comma.
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const unpadded = MAGIC.length + 4 + dict.length + 1;
  const padding = (ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT;
  const header = Buffer.from(`${dict}${' '.repeat(padding)}\n`, 'latin1');
  const start = Buffer.from([...MAGIC, 1, 0, header.length & 0xff, header.length >> 8]);
  return Buffer.concat([
    start,
    header,
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  ]);
}

function readHeader(file: Uint8Array, name: string): { header: string; dataOffset: number } {
  if (file.length < 12 || !MAGIC.equals(file.subarray(0, MAGIC.length))) {
    throw new NodeError(
      'array-invalid',
      `${name} is not a .npy file: it does not begin with \\x93NUMPY.`,
    );
  }
  if (!VERSIONS.includes(file[6])) {
    throw new NodeError(
      'array-invalid',
      `${name} has version ${file[6]} of the .npy format; expected 1, 2 or 3: save it with numpy.save.`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const isVersion1 = file[6] === 1;
  const headerOffset = isVersion1 ? 10 : 12;
  const length = isVersion1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    throw new NodeError(
      'array-invalid',
      `${name}: its header claims ${length} bytes, expected at most ${MAX_HEADER_BYTES}: save it with numpy.save.`,
    );
  }
  const dataOffset = headerOffset + length;
  if (dataOffset > file.length) {
    throw new NodeError(
      'array-invalid',
      `${name} is truncated: its header claims ${length} bytes.`,
    );
  }
  const header = Buffer.from(file.subarray(headerOffset, dataOffset)).toString('latin1');
  return { header, dataOffset };
}

function parseHeader(
  header: string,
  name: string,
): { descr: keyof typeof TYPES; shape: readonly number[] } {
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1] ?? '';
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const sizes = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (!isKnownType(descr)) {
    throw new NodeError(
      'array-invalid',
      `${name} holds numbers of type '${printable(descr.slice(0, 20))}'; expected one of ${Object.keys(TYPES).join(', ')}: save x.astype('<f4').`,
    );
  }
  if (order !== 'False' || sizes === undefined) {
    throw new NodeError(
      'array-invalid',
      `${name} must be in C order with a shape; save numpy.ascontiguousarray(x).`,
    );
  }
  const shape = sizes
    .split(',')
    .filter((s) => s.trim() !== '')
    .map(Number);
  if (shape.length > MAX_DIMENSIONS || !Number.isSafeInteger(sizeOf(shape) * 8)) {
    throw new NodeError('array-invalid', `${name} claims an impossible shape.`);
  }
  return { descr, shape };
}

function isKnownType(descr: string): descr is keyof typeof TYPES {
  return Object.hasOwn(TYPES, descr);
}
