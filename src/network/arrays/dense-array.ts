// A dense array of numbers and its shape, row-major.

export interface DenseArray<Data> {
  readonly shape: readonly number[];
  readonly data: Data;
}

export type Float32Tensor = DenseArray<Float32Array>;

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
