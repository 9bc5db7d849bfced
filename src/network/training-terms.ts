// From a batch to its losses: as much of the network as is being trained.
import { cinemyops, decodeAnatomy, encode, type NetworkParts } from './cinemyops.ts';
import { anatomyTermsOnly, type LossInputs, type LossTerms, lossTerms } from './losses.ts';
import type { TrainedPart } from './training-step.ts';

/** Every term of the loss; those of a part that is not trained are zero and not computed. */
export function trainingTerms<X>(
  parts: NetworkParts<X>,
  inputs: LossInputs<X>,
  trainedPart: TrainedPart,
): LossTerms<X> {
  const { ops } = parts;
  if (trainedPart === 'all') return lossTerms(ops, cinemyops(parts, inputs.cine), inputs);
  const [, , h, w] = ops.shapeOf(inputs.cine);
  const frames = ops.reshape(inputs.cine, [-1, 1, h, w]);
  return anatomyTermsOnly(ops, decodeAnatomy(parts, encode(parts, frames)), inputs);
}
