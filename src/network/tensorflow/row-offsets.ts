// Stepping through an array row by row, a row being its last axis.

/**
 * Where each row of a result of the given shape begins in an array.
 *
 * @param strides - steps of the array along each axis of the result
 */
export function rowOffsets(shape: readonly number[], strides: readonly number[]): Int32Array {
  let offsets = Int32Array.of(0);
  for (let axis = 0; axis < shape.length - 1; axis++) {
    const size = shape[axis];
    const next = new Int32Array(offsets.length * size);
    for (let i = 0; i < next.length; i++) {
      next[i] = offsets[Math.floor(i / size)] + (i % size) * strides[axis];
    }
    offsets = next;
  }
  return offsets;
}
