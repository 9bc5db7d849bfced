// BatchNorm and InstanceNorm with their gradients.
import type { AffineWeights, BatchNormResult, Moments } from '../../ops.ts';
import { NORM_EPSILON } from '../../ops.ts';
import {
  add,
  divide,
  multiply,
  reduce,
  reshape,
  scalar,
  staticShape,
  subtract,
  unary,
} from '../emit.ts';
import type { Graph, GraphTensor } from '../graph.ts';
import { channelSum } from './convolution.ts';

/** `[C]` as `[1, C, 1, 1]`. */
function perChannel(graph: Graph, x: GraphTensor): GraphTensor {
  return reshape(graph, x, [1, x.shape[0], 1, 1]);
}

/** 1 / sqrt(variance + eps), same shape. */
function inverseDeviation(graph: Graph, variance: GraphTensor): GraphTensor {
  const guarded = add(graph, variance, scalar(graph, NORM_EPSILON));
  return unary(graph, 'Reciprocal', unary(graph, 'Sqrt', guarded));
}

export function batchNorm(
  graph: Graph,
  x: GraphTensor,
  { weight, bias }: AffineWeights<GraphTensor>,
  { mean, variance }: Moments<GraphTensor>,
): GraphTensor {
  const inverse = inverseDeviation(graph, variance);
  const factor = perChannel(graph, multiply(graph, weight, inverse));
  const offset = subtract(graph, bias, multiply(graph, multiply(graph, weight, inverse), mean));
  const y = add(graph, multiply(graph, x, factor), perChannel(graph, offset));
  return graph.record([x, weight, bias], y, (gradient) => {
    const sum = channelSum(graph, gradient);
    const sumWithInput = channelSum(graph, multiply(graph, gradient, x));
    const centred = subtract(graph, sumWithInput, multiply(graph, sum, mean));
    return [
      x.isTracked ? multiply(graph, gradient, factor) : undefined,
      multiply(graph, centred, inverse),
      sum,
    ];
  });
}

export function batchNormTraining(
  graph: Graph,
  x: GraphTensor,
  { weight, bias }: AffineWeights<GraphTensor>,
): BatchNormResult<GraphTensor> {
  const [b, , h, w] = staticShape(x);
  const count = b * h * w;
  const share = scalar(graph, 1 / count);
  const mean = multiply(graph, channelSum(graph, x), share);
  const centred = subtract(graph, x, perChannel(graph, mean));
  const squares = channelSum(graph, multiply(graph, centred, centred));
  const inverse = inverseDeviation(graph, multiply(graph, squares, share));
  const standard = multiply(graph, centred, perChannel(graph, inverse));
  const scaled = multiply(graph, standard, perChannel(graph, weight));
  const y = add(graph, scaled, perChannel(graph, bias));
  const output = graph.record([x, weight, bias], y, (gradient) => {
    const sum = channelSum(graph, gradient);
    const sumWithStandard = channelSum(graph, multiply(graph, gradient, standard));
    if (!x.isTracked) return [undefined, sumWithStandard, sum];
    const along = multiply(
      graph,
      standard,
      perChannel(graph, multiply(graph, sumWithStandard, share)),
    );
    const level = perChannel(graph, multiply(graph, sum, share));
    const projected = subtract(graph, subtract(graph, gradient, along), level);
    const factor = perChannel(graph, multiply(graph, weight, inverse));
    return [multiply(graph, projected, factor), sumWithStandard, sum];
  });
  const unbiased = divide(graph, squares, scalar(graph, Math.max(1, count - 1)));
  return { output, moments: { mean, variance: unbiased } };
}

/**
 * Mean and variance in two passes: onnxruntime's LayerNormalization takes one, adds up in sequence, and loses
 * three digits where the mean is large.
 */
export function instanceNorm(
  graph: Graph,
  x: GraphTensor,
  { weight, bias }: AffineWeights<GraphTensor>,
): GraphTensor {
  if (![x, weight, bias].some(({ isTracked }) => isTracked))
    return graph.emit('InstanceNormalization', [x, weight, bias], {
      shape: x.shape,
      attributes: { epsilon: { f: NORM_EPSILON } },
    });
  const [b, c, h, w] = staticShape(x);
  const share = scalar(graph, 1 / (h * w));
  const rows = reshape(graph, x, [b, c, h * w]);
  const centred = subtract(graph, rows, reduce(graph, 'ReduceMean', rows, [2]));
  const squares = reduce(graph, 'ReduceSumSquare', centred, [2]);
  const inverse = inverseDeviation(graph, multiply(graph, squares, share));
  const rowWeight = reshape(graph, weight, [1, c, 1]);
  const factor = multiply(graph, inverse, rowWeight);
  const scaled = add(graph, multiply(graph, centred, factor), reshape(graph, bias, [1, c, 1]));
  const y = reshape(graph, scaled, [b, c, h, w]);
  return graph.record([x, weight, bias], y, (gradient) => {
    const rowGradient = reshape(graph, gradient, [b, c, h * w]);
    const sum = reduce(graph, 'ReduceSum', rowGradient, [2]);
    const sumWithCentred = reduce(graph, 'ReduceSum', multiply(graph, rowGradient, centred), [2]);
    const overImages = (perImage: GraphTensor): GraphTensor =>
      reshape(graph, reduce(graph, 'ReduceSum', perImage, [0]), [c]);
    const affine = [overImages(multiply(graph, sumWithCentred, inverse)), overImages(sum)] as const;
    if (!x.isTracked) return [undefined, ...affine];
    const inverseSquare = multiply(graph, multiply(graph, inverse, inverse), share);
    const along = multiply(graph, centred, multiply(graph, sumWithCentred, inverseSquare));
    const level = multiply(graph, sum, share);
    const projected = subtract(graph, subtract(graph, rowGradient, along), level);
    return [reshape(graph, multiply(graph, projected, factor), x.shape), ...affine];
  });
}
