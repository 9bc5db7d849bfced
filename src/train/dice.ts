// Overlap of labels pooled over many slices, so that slices without a structure count as they should.

/** Pixels of one structure. */
export interface Overlap {
  readonly both: number;
  readonly predicted: number;
  readonly truth: number;
}

export type Predicate = (label: number) => boolean;

/** Counts the pixels that two maps of labels give to a structure. */
export function overlapOf(
  [predicted, truth]: readonly [Uint8Array, Uint8Array],
  [isPredicted, isTrue]: readonly [Predicate, Predicate],
): Overlap {
  const count = { both: 0, predicted: 0, truth: 0 };
  for (let i = 0; i < truth.length; i++) {
    const [p, t] = [isPredicted(predicted[i]), isTrue(truth[i])];
    if (p) count.predicted++;
    if (t) count.truth++;
    if (p && t) count.both++;
  }
  return count;
}

/** Dice of the pooled counts; undefined where neither has the structure. */
export function pooledDice(overlaps: readonly Overlap[]): number | undefined {
  const sum = (key: keyof Overlap): number => overlaps.reduce((total, o) => total + o[key], 0);
  const size = sum('predicted') + sum('truth');
  return size === 0 ? undefined : (2 * sum('both')) / size;
}
