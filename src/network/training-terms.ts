// From a batch to its losses: as much of the network as is being trained.
import {
  cinemyops,
  decodeAnatomy,
  encode,
  type NetworkParts,
  pathologyLogits,
} from './cinemyops.ts';
import {
  anatomyTermsOnly,
  type LossInputs,
  type LossTerms,
  lossTerms,
  pathologyTermsOnly,
} from './losses.ts';
import type { TrainedPart } from './training-step.ts';

/**
 * Every term of the loss; those of a part that is not trained are zero and not computed.
 *
 * @throws {RangeError} when the head is to be trained alone without true motion
 */
export function trainingTerms<X>(
  parts: NetworkParts<X>,
  inputs: LossInputs<X>,
  trainedPart: TrainedPart,
): LossTerms<X> {
  const { ops } = parts;
  if (trainedPart === 'all') return lossTerms(ops, cinemyops(parts, inputs.cine), inputs);
  const [n, t, h, w] = ops.shapeOf(inputs.cine);
  const frames = ops.reshape(inputs.cine, [-1, 1, h, w]);
  if (trainedPart === 'anatomy')
    return anatomyTermsOnly(ops, decodeAnatomy(parts, encode(parts, frames)), inputs);
  const { trueMotion, anatomy } = inputs;
  if (trueMotion === undefined) throw new RangeError('no true motion to train the head on');
  const given = {
    frames,
    motion: ops.divide(trueMotion.displacement, trueMotion.pixels),
    anatomy: anatomy.targets[0],
  };
  return pathologyTermsOnly(ops, pathologyLogits(parts, given, [n, t]), inputs);
}
