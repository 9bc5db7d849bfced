// Element types of NIfTI-1 that are read and written (nifti1.h, "datatype").

type ReadNumber = (view: DataView, at: number, isLittleEndian: boolean) => number;

export interface Datatype {
  readonly code: number;
  readonly name: string;
  readonly bytes: number;
  readonly read: ReadNumber;
}

const DATATYPES: readonly Datatype[] = [
  { code: 2, name: 'uint8', bytes: 1, read: (view, at) => view.getUint8(at) },
  { code: 4, name: 'int16', bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  { code: 512, name: 'uint16', bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  { code: 8, name: 'int32', bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  { code: 16, name: 'float32', bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  { code: 64, name: 'float64', bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
];

export const DATATYPE_NAMES = DATATYPES.map(({ name }) => name).join(', ');

/** Undefined for a code that is not read here. */
export function datatypeOfCode(code: number): Datatype | undefined {
  return DATATYPES.find((type) => type.code === code);
}

/** Arrays that can be written as they are. */
export type NiftiArray =
  Uint8Array | Int16Array | Uint16Array | Int32Array | Float32Array | Float64Array;

const NAME_OF_ARRAY: readonly (readonly [new (n: number) => NiftiArray, string])[] = [
  [Uint8Array, 'uint8'],
  [Int16Array, 'int16'],
  [Uint16Array, 'uint16'],
  [Int32Array, 'int32'],
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
];

/** The type of an array's elements. */
export function datatypeOfArray(values: NiftiArray): Datatype {
  const name = NAME_OF_ARRAY.find(([type]) => values instanceof type)?.[1];
  const type = DATATYPES.find((t) => t.name === name);
  if (type === undefined) throw new TypeError(`expected an array of ${DATATYPE_NAMES}`);
  return type;
}
