// CineMyoPS (Ding et al., IEEE TMI 2025, arXiv 2507.02289), the authors' released variant, over any engine.
import type { Architecture } from './architecture.ts';
import type { AffineWeights, Dim, Moments, Ops } from './ops.ts';

/** What the network is made of while it is written down or run. */
export interface NetworkParts<X> {
  readonly ops: Ops<X>;
  readonly architecture: Architecture;
  /** @throws {RangeError} when there is no parameter of this name */
  readonly parameter: (name: string) => X;
  /**
   * Present when BatchNorm uses the statistics of the batch: receives them under the name of each
   * normalisation (`encoder.1.norm1`). Absent: BatchNorm uses its running statistics.
   */
  readonly batchMoments?: Map<string, Moments<X>>;
}

/** Frames stand in the batch axis, sample by sample: frame t of sample n is at n * T + t. */
export interface NetworkOutputs<X> {
  /** `[N T, 2, H, W]`: displacement from the ED grid to frame t, channel 0 = y, normalised units. */
  readonly motion: X;
  /** `[N T, 4, H, W]`: probabilities of background, myocardium, LV blood, RV blood. */
  readonly anatomy: X;
  /** `[N, 5, H / 2^k, W / 2^k]`, k = 0..3: background, myocardium, LV blood, scar, edema; mean over frames. */
  readonly logits: readonly X[];
}

/** N and T of a cine `[N, T, H, W]`. */
export type FrameCounts = readonly [n: Dim, t: Dim];

function affine<X>({ parameter }: NetworkParts<X>, name: string): AffineWeights<X> {
  return { weight: parameter(`${name}.weight`), bias: parameter(`${name}.bias`) };
}

function batchNorm<X>(parts: NetworkParts<X>, name: string, x: X): X {
  const { ops, parameter, batchMoments } = parts;
  if (batchMoments === undefined)
    return ops.batchNorm(x, affine(parts, name), {
      mean: parameter(`${name}.mean`),
      variance: parameter(`${name}.variance`),
    });
  const { output, moments } = ops.batchNormTraining(x, affine(parts, name));
  batchMoments.set(name, moments);
  return output;
}

function conv<X>(parts: NetworkParts<X>, name: string, x: X, stride: 1 | 2 = 1): X {
  const { weight, bias } = affine(parts, name);
  return parts.ops.conv2d(x, weight, { bias, stride });
}

function convBatchNormRelu<X>(parts: NetworkParts<X>, names: readonly [string, string], x: X): X {
  const [convName, normName] = names;
  return parts.ops.relu(batchNorm(parts, normName, conv(parts, convName, x)));
}

function encoderLevel<X>(parts: NetworkParts<X>, name: string, x: X): X {
  const first = convBatchNormRelu(parts, [`${name}.conv1`, `${name}.norm1`], x);
  return convBatchNormRelu(parts, [`${name}.conv2`, `${name}.norm2`], first);
}

/**
 * Features of single frames.
 *
 * @param frames - `[B, 1, H, W]`
 * @returns five levels, `[B, C, H, W]` to `[B, 16 C, H / 16, W / 16]`
 */
export function encode<X>(parts: NetworkParts<X>, frames: X): readonly X[] {
  const levels: X[] = [encoderLevel(parts, 'encoder.1', frames)];
  for (let level = 2; level <= parts.architecture.encoderWidths.length; level++)
    levels.push(encoderLevel(parts, `encoder.${level}`, parts.ops.maxPool2(levels[level - 2])));
  return levels;
}

/** @param skips - one entry a level: the features that are joined there, in the order of joining */
function decode<X>(parts: NetworkParts<X>, name: string, skips: readonly (readonly X[])[]): X {
  const { ops } = parts;
  const join = (tensors: readonly X[]): X =>
    tensors.length === 1 ? tensors[0] : ops.concat(tensors, 1);
  let x = join(skips[skips.length - 1]);
  for (let level = skips.length - 1; level >= 1; level--) {
    const stage = `${name}.${level}`;
    const up = convBatchNormRelu(
      parts,
      [`${stage}.up`, `${stage}.upNorm`],
      ops.upsampleNearest2(x),
    );
    x = encoderLevel(parts, stage, join([...skips[level - 1], up]));
  }
  return conv(parts, `${name}.out`, x);
}

/**
 * Anatomy of single frames.
 *
 * @returns probabilities `[B, 4, H, W]`
 */
export function decodeAnatomy<X>(parts: NetworkParts<X>, features: readonly X[]): X {
  const skips = features.map((feature) => [feature]);
  return parts.ops.softmax(decode(parts, 'anatomy', skips));
}

/** Frame 0 of each sample in the place of every frame, `[N T, C, H, W]` to the same shape. */
function repeatReference<X>(ops: Ops<X>, x: X, [n, t]: FrameCounts): X {
  const [, c, h, w] = ops.shapeOf(x);
  const first = ops.slice(ops.reshape(x, [n, t, c, h, w]), 1, [0, 1]);
  return ops.reshape(ops.expand(first, [n, t, c, h, w]), [-1, c, h, w]);
}

function meanOverFrames<X>(ops: Ops<X>, x: X, [n, t]: FrameCounts): X {
  const [, c, h, w] = ops.shapeOf(x);
  const mean = ops.mean(ops.reshape(x, [n, t, c, h, w]), [1]);
  return ops.reshape(mean, [n, c, h, w]);
}

/** @returns displacement `[N T, 2, H, W]` */
function decodeMotion<X>(parts: NetworkParts<X>, features: readonly X[], counts: FrameCounts): X {
  const skips = features.map((feature) => [repeatReference(parts.ops, feature, counts), feature]);
  return parts.ops.tanh(decode(parts, 'motion', skips));
}

function convInstanceNorm<X>(
  parts: NetworkParts<X>,
  [convName, normName]: readonly [string, string],
  x: X,
  stride: 1 | 2 = 1,
): X {
  const normalised = parts.ops.instanceNorm(
    conv(parts, convName, x, stride),
    affine(parts, normName),
  );
  return parts.ops.leakyRelu(normalised);
}

function headStage<X>(parts: NetworkParts<X>, name: string, x: X, stride: 1 | 2 = 1): X {
  const first = convInstanceNorm(parts, [`${name}.conv1`, `${name}.norm1`], x, stride);
  return convInstanceNorm(parts, [`${name}.conv2`, `${name}.norm2`], first);
}

/**
 * The pathology head of single frames: an nnU-Net v1 U-Net in 2D.
 *
 * @returns logits `[N T, 5, H / 2^k, W / 2^k]`, k = 0..3
 */
function pathologyHead<X>(parts: NetworkParts<X>, input: X): X[] {
  const { ops, parameter } = parts;
  const down = [headStage(parts, 'head.down.0', input)];
  for (let stage = 1; stage < parts.architecture.headWidths.length; stage++)
    down.push(headStage(parts, `head.down.${stage}`, down[stage - 1], 2));
  const logits: X[] = [];
  let x = down[down.length - 1];
  for (let stage = down.length - 2; stage >= 0; stage--) {
    const up = ops.convTranspose2x2(x, parameter(`head.up.${stage}.transpose.weight`));
    x = headStage(parts, `head.up.${stage}`, ops.concat([up, down[stage]], 1));
    logits.unshift(ops.conv2d(x, parameter(`head.out.${stage}.weight`)));
  }
  return logits;
}

/** Displacement, warped myocardium probability and, by option, the warped image. */
function headInput<X>(
  { ops, architecture }: NetworkParts<X>,
  { frames, motion, anatomy }: { readonly frames: X; readonly motion: X; readonly anatomy: X },
): X {
  const myocardium = ops.slice(anatomy, 1, [1, 2]);
  const moving = architecture.hasTextureChannel ? ops.concat([myocardium, frames], 1) : myocardium;
  return ops.concat([motion, ops.warp(moving, motion)], 1);
}

/**
 * The head on motion and anatomy that come from elsewhere.
 *
 * @param given - `frames [N T, 1, H, W]`, `motion [N T, 2, H, W]`, `anatomy [N T, 4, H, W]`
 * @returns logits `[N, 5, H / 2^k, W / 2^k]`, k = 0..3
 */
export function pathologyLogits<X>(
  parts: NetworkParts<X>,
  given: { readonly frames: X; readonly motion: X; readonly anatomy: X },
  counts: FrameCounts,
): X[] {
  const logits = pathologyHead(parts, headInput(parts, given));
  return logits.map((x) => meanOverFrames(parts.ops, x, counts));
}

/**
 * The whole network.
 *
 * @param cine - `[N, T, H, W]`, z-scored per frame, frame 0 = end diastole; H and W multiples of 16
 */
export function cinemyops<X>(parts: NetworkParts<X>, cine: X): NetworkOutputs<X> {
  const { ops } = parts;
  const [n, t, h, w] = ops.shapeOf(cine);
  const frames = ops.reshape(cine, [-1, 1, h, w]);
  const features = encode(parts, frames);
  const anatomy = decodeAnatomy(parts, features);
  const motion = decodeMotion(parts, features, [n, t]);
  const logits = pathologyLogits(parts, { frames, motion, anatomy }, [n, t]);
  return { motion, anatomy, logits };
}
