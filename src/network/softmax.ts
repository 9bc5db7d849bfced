// Probabilities from logits.

/**
 * Softmax over the leading axis, in place.
 *
 * @param logits - `[C, ...]`
 */
export function softmax(logits: Float32Array, classes: number): void {
  const size = logits.length / classes;
  for (let i = 0; i < size; i++) {
    let greatest = -Infinity;
    for (let c = 0; c < classes; c++) greatest = Math.max(greatest, logits[c * size + i]);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const e = Math.exp(logits[c * size + i] - greatest);
      logits[c * size + i] = e;
      sum += e;
    }
    for (let c = 0; c < classes; c++) logits[c * size + i] /= sum;
  }
}
