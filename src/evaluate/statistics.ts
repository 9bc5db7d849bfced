// Mean, spread, percentiles and agreement of a few numbers.

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample (n - 1); 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Linear between the two nearest ranks, as NumPy's default.
 *
 * @param share - 0 to 1
 */
export function percentile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

export interface Pair {
  readonly truth: number;
  readonly predicted: number;
}

/** Of predicted less truth (Bland and Altman, Lancet 1986). */
export interface Agreement {
  readonly count: number;
  readonly bias: number;
  /** Of the differences. */
  readonly standardDeviation: number;
  /** Bias - 1.96 standard deviations, bias + 1.96 standard deviations. */
  readonly limits: readonly [lower: number, upper: number];
  readonly meanAbsoluteError: number;
}

const WIDTH_OF_95_PERCENT = 1.96;

/** @throws {RangeError} when there is no pair */
export function agreementOf(pairs: readonly Pair[]): Agreement {
  if (pairs.length === 0) throw new RangeError('expected pairs of numbers, got none');
  const differences = pairs.map(({ truth, predicted }) => predicted - truth);
  const bias = mean(differences);
  const spread = standardDeviation(differences);
  return {
    count: pairs.length,
    bias,
    standardDeviation: spread,
    limits: [bias - WIDTH_OF_95_PERCENT * spread, bias + WIDTH_OF_95_PERCENT * spread],
    meanAbsoluteError: mean(differences.map(Math.abs)),
  };
}
