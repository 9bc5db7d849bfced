// A dense array of numbers with its shape, row-major. A `ParameterArray` is one.

export interface DenseArray<Values> {
  readonly shape: readonly number[];
  readonly values: Values;
}
