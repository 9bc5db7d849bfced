// BatchNorm by running statistics is a scale and a shift of each channel: they go into the convolution before it.
import { NORM_EPSILON } from '../ops.ts';
import type { NamedParameters, ParameterArray } from '../parameters.ts';

/** `encoder.1.norm2` follows `encoder.1.conv2`; `anatomy.1.upNorm` follows `anatomy.1.up`. */
function convolutionOf(norm: string): string {
  return norm.endsWith('.upNorm')
    ? norm.slice(0, -'Norm'.length)
    : norm.replace(/\.norm(\d)$/, '.conv$1');
}

/**
 * The parameters with every BatchNorm folded into its convolution, as if weight, bias, mean and variance were
 * 1, 0, 0 and 1 - eps.
 */
export function foldBatchNorm(parameters: NamedParameters): NamedParameters {
  const folded = new Map(parameters);
  const valuesOf = (name: string): ParameterArray => {
    const array = parameters.get(name);
    if (array === undefined) throw new RangeError(`no parameter ${name}`);
    return array;
  };
  const suffix = '.variance';
  for (const name of parameters.keys()) {
    if (!name.endsWith(suffix)) continue;
    const norm = name.slice(0, -suffix.length);
    const conv = convolutionOf(norm);
    const [weight, bias] = [valuesOf(`${conv}.weight`), valuesOf(`${conv}.bias`)];
    const [gain, offset, mean, variance] = ['weight', 'bias', 'mean', 'variance'].map(
      (part) => valuesOf(`${norm}.${part}`).values,
    );
    const factor = gain.map((value, c) => value / Math.sqrt(variance[c] + NORM_EPSILON));
    const perChannel = weight.values.length / factor.length;
    folded.set(`${conv}.weight`, {
      shape: weight.shape,
      values: weight.values.map((value, i) => value * factor[Math.floor(i / perChannel)]),
    });
    folded.set(`${conv}.bias`, {
      shape: bias.shape,
      values: bias.values.map((value, c) => (value - mean[c]) * factor[c] + offset[c]),
    });
  }
  return folded;
}
