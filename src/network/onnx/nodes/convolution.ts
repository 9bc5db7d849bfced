// Convolutions and their gradients.
import type { ConvOptions } from '../../ops.ts';
import {
  concat,
  flip,
  matMul,
  pad,
  reduce,
  reshape,
  slice,
  staticShape,
  staticSize,
  swapLast,
  transpose,
} from '../emit.ts';
import type { Graph, GraphTensor } from '../graph.ts';

/** Sum over everything but channels, `[C]`. */
export function channelSum(graph: Graph, x: GraphTensor): GraphTensor {
  const [b, c, h, w] = staticShape(x);
  // Two steps: sums over the contiguous pixels are many times faster than over axes 0, 2, 3 together.
  const perImage = reduce(graph, 'ReduceSum', reshape(graph, x, [b, c, h * w]), [2]);
  return reshape(graph, reduce(graph, 'ReduceSum', perImage, [0]), [c]);
}

export function conv2d(
  graph: Graph,
  x: GraphTensor,
  weight: GraphTensor,
  { bias, stride = 1 }: ConvOptions<GraphTensor> = {},
): GraphTensor {
  const kernel = staticSize(weight, 2);
  const margin = (kernel - 1) / 2;
  const [b, , h, w] = x.shape;
  const halved = [h, w].map((size) => (typeof size === 'number' ? Math.ceil(size / 2) : undefined));
  // onnxruntime's WebGPU provider (1.30) crashes on a 1x1 convolution without bias.
  const offset =
    bias ?? graph.constant(new Float32Array(staticSize(weight, 0)), [staticSize(weight, 0)]);
  const y = graph.emit('Conv', [x, weight, offset], {
    shape: [b, weight.shape[0], ...(stride === 1 ? [h, w] : halved)],
    attributes: {
      kernel_shape: { ints: [kernel, kernel] },
      pads: { ints: [margin, margin, margin, margin] },
      strides: { ints: [stride, stride] },
    },
  });
  const inputs = bias === undefined ? [x, weight] : [x, weight, bias];
  return graph.record(inputs, y, (gradient) => [
    x.isTracked ? inputGradient(graph, gradient, weight, stride) : undefined,
    weight.isTracked ? weightGradient(graph, { x, gradient, kernel, stride }) : undefined,
    bias?.isTracked === true ? channelSum(graph, gradient) : undefined,
  ]);
}

/** At stride 1 a convolution with the kernel turned round and its channels swapped. */
function inputGradient(
  graph: Graph,
  gradient: GraphTensor,
  weight: GraphTensor,
  stride: 1 | 2,
): GraphTensor {
  const [b, , h, w] = staticShape(gradient);
  const [, inputs, kernel] = staticShape(weight);
  const margin = (kernel - 1) / 2;
  const shape = [b, inputs, h * stride, w * stride];
  const attributes = {
    kernel_shape: { ints: [kernel, kernel] },
    pads: { ints: [margin, margin, margin, margin] },
  };
  if (stride === 1) {
    const swapped = transpose(graph, weight, [1, 0, 2, 3]);
    const turned = kernel === 1 ? swapped : flip(graph, swapped);
    return graph.emit('Conv', [gradient, turned], { shape, attributes });
  }
  const strided = { strides: { ints: [2, 2] }, output_padding: { ints: [1, 1] } };
  return graph.emit('ConvTranspose', [gradient, weight], {
    shape,
    attributes: { ...attributes, ...strided },
  });
}

/** `[B, C, H, W]` with the values moved by whole pixels; zeros come in. */
function moved(graph: Graph, x: GraphTensor, [dy, dx]: readonly [number, number]): GraphTensor {
  return dy === 0 && dx === 0 ? x : pad(graph, x, [0, 0, dy, dx], [0, 0, -dy, -dx]);
}

interface WeightGradientInputs {
  readonly x: GraphTensor;
  readonly gradient: GraphTensor;
  readonly kernel: number;
  readonly stride: 1 | 2;
}

/** Images of fewer pixels than this are laid end to end, so that the inner size of the product is not small. */
const FEW_PIXELS = 1024;

/** Sum over images and pixels of every channel of a times every channel of b, `[A, B]`. */
function channelProducts(graph: Graph, a: GraphTensor, b: GraphTensor): GraphTensor {
  const [images, rows, h, w] = staticShape(a);
  const columns = staticSize(b, 1);
  if (h * w < FEW_PIXELS || images === 1) {
    const endToEnd = (x: GraphTensor, channels: number): GraphTensor =>
      reshape(graph, transpose(graph, x, [1, 0, 2, 3]), [channels, images * h * w]);
    return matMul(graph, endToEnd(a, rows), swapLast(graph, endToEnd(b, columns)));
  }
  const left = reshape(graph, a, [images, rows, h * w]);
  const right = swapLast(graph, reshape(graph, b, [images, columns, h * w]));
  const sum = reduce(graph, 'ReduceSum', matMul(graph, left, right), [0]);
  return reshape(graph, sum, [rows, columns]);
}

/** One matrix product for all taps. */
function weightGradient(graph: Graph, inputs: WeightGradientInputs): GraphTensor {
  const { x, gradient, kernel, stride } = inputs;
  const [o, i] = [staticSize(gradient, 1), staticSize(x, 1)];
  if (kernel === 1) return reshape(graph, channelProducts(graph, gradient, x), [o, i, 1, 1]);
  if (stride === 2) {
    const products = channelProducts(graph, gradient, concat(graph, stridedTaps(graph, x), 1));
    return reshape(graph, transpose(graph, reshape(graph, products, [o, 9, i]), [0, 2, 1]), [
      o,
      i,
      3,
      3,
    ]);
  }
  // Rows are shifted in the gradient and columns in the input: six copies, not nine.
  const offsets = [-1, 0, 1];
  const rows = concat(
    graph,
    offsets.map((dy) => moved(graph, gradient, [dy, 0])),
    1,
  );
  const columns = concat(
    graph,
    offsets.map((dx) => moved(graph, x, [0, -dx])),
    1,
  );
  const products = reshape(graph, channelProducts(graph, rows, columns), [3, o, 3, i]);
  return transpose(graph, products, [1, 3, 0, 2]);
}

/** What each of the 3 x 3 taps of a strided convolution looks at, `[B, I, H / 2, W / 2]` each. */
function stridedTaps(graph: Graph, x: GraphTensor): GraphTensor[] {
  const [, , h, w] = staticShape(x);
  const padded = pad(graph, x, [0, 0, 1, 1], [0, 0, 1, 1]);
  return [0, 1, 2].flatMap((ky) => {
    const rows = slice(graph, padded, { axis: 2, start: ky, end: ky + h, step: 2 });
    return [0, 1, 2].map((kx) => slice(graph, rows, { axis: 3, start: kx, end: kx + w, step: 2 }));
  });
}

export function convTranspose2x2(graph: Graph, x: GraphTensor, weight: GraphTensor): GraphTensor {
  const [b, , h, w] = x.shape;
  const doubled = [h, w].map((size) => (typeof size === 'number' ? 2 * size : undefined));
  const attributes = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
  const y = graph.emit('ConvTranspose', [x, weight], {
    shape: [b, weight.shape[1], ...doubled],
    attributes,
  });
  return graph.record([x, weight], y, (gradient) => [
    x.isTracked
      ? graph.emit('Conv', [gradient, weight], { shape: x.shape, attributes })
      : undefined,
    weight.isTracked ? transposedWeightGradient(graph, gradient, x) : undefined,
  ]);
}

/** Each tap meets every second pixel of the gradient. */
function transposedWeightGradient(
  graph: Graph,
  gradient: GraphTensor,
  x: GraphTensor,
): GraphTensor {
  const [i, o] = [staticSize(x, 1), staticSize(gradient, 1)];
  const taps = [0, 1].flatMap((ky) => {
    const rows = slice(graph, gradient, { axis: 2, start: ky, step: 2 });
    return [0, 1].map((kx) => slice(graph, rows, { axis: 3, start: kx, step: 2 }));
  });
  const products = reshape(graph, channelProducts(graph, x, concat(graph, taps, 1)), [i, 4, o]);
  return reshape(graph, transpose(graph, products, [0, 2, 1]), [i, o, 2, 2]);
}
