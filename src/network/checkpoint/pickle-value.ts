// What a pickle may hold: data only. Nothing here can be called with an effect.

/** A tuple, told apart from a list because Python's calls take tuples. */
export class PickleTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** One of the globals in `allowed-globals.ts`, by its full name. */
export class PickleGlobal {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** The memory of one or more tensors: an entry of the archive. */
export class TorchStorage {
  readonly dtype: TorchDtype;
  readonly bytes: Uint8Array;

  constructor(dtype: TorchDtype, bytes: Uint8Array) {
    this.dtype = dtype;
    this.bytes = bytes;
  }
}

/** A view of a storage: shape, stride and offset count elements. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];

  constructor(storage: TorchStorage, offset: number, layout: TensorLayout) {
    this.storage = storage;
    this.offset = offset;
    this.shape = layout.shape;
    this.stride = layout.stride;
  }

  get elementCount(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }
}

export interface TensorLayout {
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** A number type of NumPy (`numpy.dtype('f8')`), as training logs in a checkpoint use it. */
export class NumpyDtype {
  readonly code: string;

  constructor(code: string) {
    this.code = code;
  }
}

export type TorchDtype =
  'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'uint8';

export const BYTES_PER_ELEMENT: Readonly<Record<TorchDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  uint8: 1,
};

export type PickleDict = Map<PickleValue, PickleValue>;

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | TorchStorage
  | TorchTensor
  | NumpyDtype;
