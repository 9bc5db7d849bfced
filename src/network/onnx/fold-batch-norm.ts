// BatchNorm by running statistics is a scale and a shift of each channel: they go into the convolution before it.
import { NORM_EPSILON, type Ops, shift } from '../ops.ts';
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

/** The BatchNorm that follows a convolution, if one does: the inverse of `convolutionOf`. */
function normOf(conv: string): string {
  return conv.endsWith('.up') ? `${conv}Norm` : conv.replace(/\.conv(\d)$/, '.norm$1');
}

/**
 * The same while a network is trained: weights and biases of convolutions with the BatchNorm after them, in terms of
 * the parameters, so that gradients reach all of them. Spares passes over every feature map, forward and backward.
 *
 * @param parameter - by name
 * @param names - of all parameters
 * @returns by name, each made when it is first asked for
 */
export function foldWhileTraining<X>(
  ops: Ops<X>,
  parameter: (name: string) => X,
  names: ReadonlySet<string>,
): (name: string) => X {
  const made = new Map<string, X>();
  const factorOf = (norm: string): X => {
    const deviation = ops.sqrt(shift(ops, parameter(`${norm}.variance`), NORM_EPSILON));
    return ops.divide(parameter(`${norm}.weight`), deviation);
  };
  const fold = (conv: string, norm: string): void => {
    const factor = factorOf(norm);
    const centred = ops.subtract(parameter(`${conv}.bias`), parameter(`${norm}.mean`));
    made.set(
      `${conv}.weight`,
      ops.multiply(parameter(`${conv}.weight`), ops.reshape(factor, [-1, 1, 1, 1])),
    );
    made.set(`${conv}.bias`, ops.add(ops.multiply(centred, factor), parameter(`${norm}.bias`)));
  };
  return (name) => {
    const conv = name.slice(0, name.lastIndexOf('.'));
    const norm = normOf(conv);
    const isFolded = norm !== conv && names.has(`${norm}.variance`);
    if (isFolded && !made.has(name)) fold(conv, norm);
    return made.get(name) ?? parameter(name);
  };
}
