// The losses of CineMyoPS over any engine, with the constants of the authors' release.
import type { NetworkOutputs } from './cinemyops.ts';
import type { Ops } from './ops.ts';
import { scale, shift, square } from './ops.ts';

/** Labels of one resolution or several, and how much of them is known (`targets.ts` makes them). */
export interface Supervision<X> {
  /** `[N, C, H / 2^k, W / 2^k]` for k = 0, 1, ...: one-hot over the merged classes. */
  readonly targets: readonly X[];
  /** `[N, C, C]`: row j sums the probabilities of the classes that merged class j stands for. */
  readonly merge: X;
  /** `[N, 1]`: weight of each sample's cross-entropy; 1 / N when every sample is labelled. */
  readonly sampleWeight: X;
  /** `[N, C]`: weight of each Dice term; they sum to 1 when every sample is labelled. */
  readonly diceWeight: X;
}

/** Where what lies in each pixel at end diastole has really gone, as only simulated hearts tell. */
export interface TrueMotion<X> {
  /** `[N T, 2, H, W]`, in pixels, y then x. */
  readonly displacement: X;
  /** `[N T, 1, H, W]`: 0 where unknown; sums to 1. */
  readonly weight: X;
  /** `[1, 2, 1, 1]`: pixels of a normalised displacement of 1. */
  readonly pixels: X;
}

export interface LossInputs<X> {
  /** `[N, T, H, W]`. */
  readonly cine: X;
  /** `[N, S, T]`, one-hot: the frames that the motion and consistency terms look at. */
  readonly frameSelection: X;
  /** Of `[N L]` frames: the first L of every sample. The release labels end diastole alone, L = 1. */
  readonly anatomy: Supervision<X>;
  readonly labelledFrames: number;
  /** Absent where the true motion of no sample is known. */
  readonly trueMotion?: TrueMotion<X>;
  readonly pathology: Supervision<X>;
  /** `[4]`: weight of each resolution, finest first. */
  readonly deepSupervision: X;
}

/** Every term before weighting, `[1]` each. */
export interface LossTerms<X> {
  readonly motion: X;
  readonly consistency: X;
  readonly smoothness: X;
  readonly anatomy: X;
  readonly pathology: X;
  /** Mean end-point error in pixels against the true motion; 0 where none is known. */
  readonly displacement: X;
}

export type LossName = keyof LossTerms<unknown>;

export const LOSS_NAMES = [
  'motion',
  'consistency',
  'smoothness',
  'anatomy',
  'pathology',
  'displacement',
] as const;

/** Weight of each term in the total, as released: `displacement` is not of the release. */
export const LOSS_WEIGHTS: Readonly<Record<LossName, number>> = {
  motion: 1,
  consistency: 2,
  smoothness: 100,
  anatomy: 5,
  pathology: 1,
  displacement: 0,
};

/** As released: 4/7, 2/7, 1/7, 0, finest first. */
export const DEEP_SUPERVISION: readonly [number, number, number, number] = [4 / 7, 2 / 7, 1 / 7, 0];

/** Squared pixels: errors well below a third of a pixel pull less. */
const END_POINT_EPSILON = 0.01;
const COSINE_EPSILON = 1e-8;
const ANATOMY_EPSILON = 1e-10;
const DICE_SMOOTH = 1e-5;
/** nnU-Net adds this to the Dice denominator. */
const DICE_GUARD = 1e-8;
/** Keeps log finite; probabilities down to it are exact in float32. */
const SMALLEST_PROBABILITY = 1e-37;

/** Sum over everything, `[1]`. */
function total<X>(ops: Ops<X>, x: X): X {
  const axes = ops.shapeOf(x).map((_, axis) => axis);
  return ops.reshape(ops.sum(x, axes), [1]);
}

/** Mean over everything, `[1]`. */
function average<X>(ops: Ops<X>, x: X): X {
  const axes = ops.shapeOf(x).map((_, axis) => axis);
  return ops.reshape(ops.mean(x, axes), [1]);
}

/** The selected frames of each sample: `[N T, C, H, W]` to `[N S, C, H, W]`. */
function selectFrames<X>(ops: Ops<X>, x: X, selection: X): X {
  const [, c, h, w] = ops.shapeOf(x);
  const [n, , t] = ops.shapeOf(selection);
  const rows = ops.matMul(selection, ops.reshape(x, [n, t, -1]));
  return ops.reshape(rows, [-1, c, h, w]);
}

/** Frame 0 of each sample, once for each selected frame: `[N T, C, H, W]` to `[N S, C, H, W]`. */
function referenceFrames<X>(ops: Ops<X>, x: X, selection: X): X {
  const [, c, h, w] = ops.shapeOf(x);
  const [n, s, t] = ops.shapeOf(selection);
  const first = ops.slice(ops.reshape(x, [n, t, c, h, w]), 1, [0, 1]);
  return ops.reshape(ops.expand(first, [n, s, c, h, w]), [-1, c, h, w]);
}

interface WarpedFrames<X> {
  /** `[N S, C, H, W]`: the selected frames, warped to ED. */
  readonly warped: X;
  /** `[N S, C, H, W]`. */
  readonly reference: X;
}

function meanSquare<X>(ops: Ops<X>, { warped, reference }: WarpedFrames<X>): X {
  return average(ops, square(ops, ops.subtract(warped, reference)));
}

/** Length of each pixel's channel vector, at least `COSINE_EPSILON`, as torch.cosine_similarity has it. */
function channelNorm<X>(ops: Ops<X>, x: X): X {
  return ops.sqrt(ops.clampMin(ops.sum(square(ops, x), [1]), COSINE_EPSILON ** 2));
}

function cosineDistance<X>(ops: Ops<X>, { warped, reference }: WarpedFrames<X>): X {
  const product = ops.sum(ops.multiply(warped, reference), [1]);
  const lengths = ops.multiply(channelNorm(ops, warped), channelNorm(ops, reference));
  return average(ops, shift(ops, scale(ops, ops.divide(product, lengths), -1), 1));
}

/** Central difference / 2 along one image axis; the border of the other is cropped too. */
function derivative<X>(ops: Ops<X>, x: X, axis: 2 | 3): X {
  const inner = ops.slice(x, axis === 2 ? 3 : 2, [1, -1]);
  const difference = ops.subtract(ops.slice(inner, axis, [2]), ops.slice(inner, axis, [0, -2]));
  return scale(ops, difference, 1 / 2);
}

/** Mean of yy^2 + xx^2 + 2 yx^2 (Rueckert et al. 1999), in normalised units. */
export function bendingEnergy<X>(ops: Ops<X>, motion: X): X {
  const [dy, dx] = [derivative(ops, motion, 2), derivative(ops, motion, 3)];
  const yy = square(ops, derivative(ops, dy, 2));
  const xx = square(ops, derivative(ops, dx, 3));
  const yx = square(ops, derivative(ops, dy, 3));
  return average(ops, ops.add(ops.add(yy, xx), scale(ops, yx, 2)));
}

/** Probabilities of merged classes, `[N, C, H, W]`. */
function mergeClasses<X>(ops: Ops<X>, probabilities: X, merge: X): X {
  const [n, c, h, w] = ops.shapeOf(probabilities);
  const rows = ops.matMul(merge, ops.reshape(probabilities, [n, c, -1]));
  return ops.reshape(rows, [n, c, h, w]);
}

/** Sum over pixels, `[N, C]`. */
function pixelSum<X>(ops: Ops<X>, x: X): X {
  const [n, c] = ops.shapeOf(x);
  return ops.reshape(ops.sum(x, [2, 3]), [n, c]);
}

/** Mean of -t log p over pixels, `[N, C]`. */
function crossEntropy<X>(ops: Ops<X>, target: X, safeProbability: X): X {
  const [n, c] = ops.shapeOf(target);
  const product = ops.multiply(target, ops.log(safeProbability));
  return scale(ops, ops.reshape(ops.mean(product, [2, 3]), [n, c]), -1);
}

/** (2 sum pt + smooth) / (sum p + sum t + smooth + guard) of each class of each sample, `[N, C]`. */
function softDice<X>(
  ops: Ops<X>,
  [probability, target]: readonly [X, X],
  { smooth, guard }: { readonly smooth: number; readonly guard: number },
): X {
  const overlap = scale(ops, pixelSum(ops, ops.multiply(probability, target)), 2);
  const sizes = ops.add(pixelSum(ops, probability), pixelSum(ops, target));
  return ops.divide(shift(ops, overlap, smooth), shift(ops, sizes, smooth + guard));
}

/** Mean distance between where the network and where the truth says that each known pixel goes. */
function endPointError<X>(ops: Ops<X>, motion: X, truth: TrueMotion<X>): X {
  const { displacement, weight, pixels } = truth;
  const error = ops.subtract(ops.multiply(motion, pixels), displacement);
  const squared = ops.sum(square(ops, error), [1]);
  return total(ops, ops.multiply(ops.sqrt(shift(ops, squared, END_POINT_EPSILON)), weight));
}

/** Of the labelled frames, of which the first is end diastole. */
function anatomyLoss<X>(ops: Ops<X>, anatomy: X, inputs: LossInputs<X>): X {
  const { targets, merge, sampleWeight, diceWeight } = inputs.anatomy;
  const [, c, h, w] = ops.shapeOf(anatomy);
  const [n, t] = ops.shapeOf(inputs.cine);
  const labelled = ops.slice(ops.reshape(anatomy, [n, t, c, h, w]), 1, [0, inputs.labelledFrames]);
  const probability = mergeClasses(ops, ops.reshape(labelled, [-1, c, h, w]), merge);
  // The release averages the cross-entropy over the classes too.
  const entropy = ops.mean(
    crossEntropy(ops, targets[0], shift(ops, probability, ANATOMY_EPSILON)),
    [1],
  );
  const dice = softDice(ops, [probability, targets[0]], { smooth: ANATOMY_EPSILON, guard: 0 });
  const loss = shift(ops, scale(ops, dice, -1), 1);
  return ops.add(
    total(ops, ops.multiply(entropy, sampleWeight)),
    total(ops, ops.multiply(loss, diceWeight)),
  );
}

/** Cross-entropy minus soft Dice at one resolution, as nnU-Net v1 has it. */
function pathologyLossAt<X>(
  ops: Ops<X>,
  logits: X,
  target: X,
  { merge, sampleWeight, diceWeight }: Supervision<X>,
): X {
  const probability = mergeClasses(ops, ops.softmax(logits), merge);
  const safe = ops.clampMin(probability, SMALLEST_PROBABILITY);
  const entropy = ops.sum(crossEntropy(ops, target, safe), [1]);
  const dice = softDice(ops, [probability, target], { smooth: DICE_SMOOTH, guard: DICE_GUARD });
  return ops.subtract(
    total(ops, ops.multiply(entropy, sampleWeight)),
    total(ops, ops.multiply(dice, diceWeight)),
  );
}

function pathologyLoss<X>(ops: Ops<X>, logits: readonly X[], inputs: LossInputs<X>): X {
  const { pathology, deepSupervision } = inputs;
  return logits
    .map((x, k) =>
      ops.multiply(
        pathologyLossAt(ops, x, pathology.targets[k], pathology),
        ops.slice(deepSupervision, 0, [k, k + 1]),
      ),
    )
    .reduce((sum, loss) => ops.add(sum, loss));
}

/** Every term of the loss. */
export function lossTerms<X>(
  ops: Ops<X>,
  outputs: NetworkOutputs<X>,
  inputs: LossInputs<X>,
): LossTerms<X> {
  const { cine, frameSelection: selection } = inputs;
  const [, , h, w] = ops.shapeOf(cine);
  const frames = ops.reshape(cine, [-1, 1, h, w]);
  const displacement = selectFrames(ops, outputs.motion, selection);
  const warped = (x: X): WarpedFrames<X> => ({
    warped: ops.warp(selectFrames(ops, x, selection), displacement),
    reference: referenceFrames(ops, x, selection),
  });
  const motion = meanSquare(ops, warped(frames));
  return {
    motion,
    consistency: cosineDistance(ops, warped(outputs.anatomy)),
    smoothness: bendingEnergy(ops, outputs.motion),
    anatomy: anatomyLoss(ops, outputs.anatomy, inputs),
    pathology: pathologyLoss(ops, outputs.logits, inputs),
    displacement:
      inputs.trueMotion === undefined
        ? scale(ops, motion, 0)
        : endPointError(ops, outputs.motion, inputs.trueMotion),
  };
}

/** The pathology term alone; the others are zero. */
export function pathologyTermsOnly<X>(
  ops: Ops<X>,
  logits: readonly X[],
  inputs: LossInputs<X>,
): LossTerms<X> {
  const loss = pathologyLoss(ops, logits, inputs);
  const zero = scale(ops, loss, 0);
  return { ...zeroTerms(zero), pathology: loss };
}

const zeroTerms = <X>(zero: X): LossTerms<X> => ({
  motion: zero,
  consistency: zero,
  smoothness: zero,
  anatomy: zero,
  pathology: zero,
  displacement: zero,
});

/** The anatomy term from the anatomy of every frame, `[N T, 4, H, W]`; the others are zero. */
export function anatomyTermsOnly<X>(ops: Ops<X>, anatomy: X, inputs: LossInputs<X>): LossTerms<X> {
  const loss = anatomyLoss(ops, anatomy, inputs);
  const zero = scale(ops, loss, 0);
  return { ...zeroTerms(zero), anatomy: loss };
}

/**
 * Weighted sum of the terms; it may be negative.
 *
 * @param weights - `[6]`, in the order of `LOSS_NAMES`
 */
export function totalLoss<X>(ops: Ops<X>, terms: LossTerms<X>, weights: X): X {
  return LOSS_NAMES.map((name, i) =>
    ops.multiply(terms[name], ops.slice(weights, 0, [i, i + 1])),
  ).reduce((sum, loss) => ops.add(sum, loss));
}
