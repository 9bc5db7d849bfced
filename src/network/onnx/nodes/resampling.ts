// Pooling and up-sampling with their gradients.
import { int64s, multiply, reshape, scalar, staticShape } from '../emit.ts';
import type { Graph, GraphTensor } from '../graph.ts';

const HALVING = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };

function zeros(graph: Graph, shape: readonly number[]): GraphTensor {
  return graph.emit('ConstantOfShape', [int64s(graph, shape)], { shape });
}

export function maxPool2(graph: Graph, x: GraphTensor): GraphTensor {
  const [b, c, h, w] = x.shape;
  const halved = [h, w].map((size) => (typeof size === 'number' ? size / 2 : undefined));
  const shape = [b, c, ...halved];
  if (!x.isTracked) return graph.emit('MaxPool', [x], { shape, attributes: HALVING });
  const [y, indices] = graph.emitMany('MaxPool', [x], {
    shapes: [shape, shape],
    attributes: HALVING,
  });
  return graph.record([x], y, (gradient) => {
    const sizes = staticShape(x);
    const count = sizes.reduce((product, size) => product * size, 1);
    // The indices count through the whole of x; every pixel is in one window, so each occurs once.
    const flat = graph.emit(
      'ScatterElements',
      [zeros(graph, [count]), reshape(graph, indices, [-1]), reshape(graph, gradient, [-1])],
      { shape: [count], attributes: { axis: { i: 0 } } },
    );
    return [reshape(graph, flat, sizes)];
  });
}

export function upsampleNearest2(graph: Graph, x: GraphTensor): GraphTensor {
  const [b, c, h, w] = x.shape;
  const doubled = [h, w].map((size) => (typeof size === 'number' ? size * 2 : undefined));
  const scales = graph.constant(Float32Array.of(1, 1, 2, 2), [4]);
  const y = graph.emit('Resize', [x, undefined, scales], {
    shape: [b, c, ...doubled],
    attributes: {
      mode: { s: 'nearest' },
      coordinate_transformation_mode: { s: 'asymmetric' },
      nearest_mode: { s: 'floor' },
    },
  });
  return graph.record([x], y, (gradient) => {
    const mean = graph.emit('AveragePool', [gradient], { shape: x.shape, attributes: HALVING });
    return [multiply(graph, mean, scalar(graph, 4))];
  });
}
