// The middle of several numbers.

/** @returns the upper of the two middle values where their number is even; undefined of nothing */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b).at(Math.floor(values.length / 2));
}
