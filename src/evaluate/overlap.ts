// How far two masks agree, voxel by voxel.

/** One byte a voxel, 1 inside. */
export type Mask = Uint8Array;

export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/** Shares from 0 to 1; null where the denominator is 0. */
export interface Detection {
  readonly precision: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  readonly negativePredictiveValue: number | null;
}

/** @param within - voxels that count; all of them when absent */
export function confusion(truth: Mask, predicted: Mask, within?: Mask): Confusion {
  if (predicted.length !== truth.length || (within ?? truth).length !== truth.length)
    throw new RangeError(`expected masks of ${truth.length} voxels, got ${predicted.length}`);
  // Indexed by 2 * truth + predicted.
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < truth.length; i++)
    if (within === undefined || within[i] === 1) counts[2 * truth[i] + predicted[i]]++;
  const [trueNegatives, falsePositives, falseNegatives, truePositives] = counts;
  return { truePositives, falsePositives, falseNegatives, trueNegatives };
}

/** Dice's coefficient, 0 to 1; null when there is nothing to find: Dice then says nothing. */
export function dice({ truePositives, falsePositives, falseNegatives }: Confusion): number | null {
  if (truePositives + falseNegatives === 0) return null;
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

export function detection(counts: Confusion): Detection {
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = counts;
  return {
    precision: share(truePositives, falsePositives),
    sensitivity: share(truePositives, falseNegatives),
    specificity: share(trueNegatives, falsePositives),
    negativePredictiveValue: share(trueNegatives, falseNegatives),
  };
}

const share = (part: number, rest: number): number | null =>
  part + rest === 0 ? null : part / (part + rest);
