// The operations of the network as recordings into a graph.
import type { Ops } from '../ops.ts';
import type { Graph, GraphTensor } from './graph.ts';
import { conv2d, convTranspose2x2 } from './nodes/convolution.ts';
import * as elementwise from './nodes/elementwise.ts';
import { batchNorm, batchNormTraining, instanceNorm } from './nodes/normalisation.ts';
import { maxPool2, upsampleNearest2 } from './nodes/resampling.ts';
import * as shape from './nodes/shape.ts';
import { warp } from './nodes/warp.ts';

/** Operations that add nodes to the graph, and to its tape where a trained parameter is involved. */
export function graphOps(graph: Graph): Ops<GraphTensor> {
  return {
    shapeOf: (x) => x.shape,
    constant: (values, sizes) => graph.constant(Float32Array.from(values), sizes),
    conv2d: (x, weight, options) => conv2d(graph, x, weight, options),
    convTranspose2x2: (x, weight) => convTranspose2x2(graph, x, weight),
    batchNorm: (x, affine, running) => batchNorm(graph, x, affine, running),
    batchNormTraining: (x, affine) => batchNormTraining(graph, x, affine),
    instanceNorm: (x, affine) => instanceNorm(graph, x, affine),
    maxPool2: (x) => maxPool2(graph, x),
    upsampleNearest2: (x) => upsampleNearest2(graph, x),
    warp: (x, displacement) => warp(graph, x, displacement),
    relu: (x) => elementwise.relu(graph, x),
    leakyRelu: (x) => elementwise.leakyRelu(graph, x),
    tanh: (x) => elementwise.tanh(graph, x),
    softmax: (x) => elementwise.softmax(graph, x),
    log: (x) => elementwise.log(graph, x),
    sqrt: (x) => elementwise.sqrt(graph, x),
    clampMin: (x, minimum) => elementwise.clampMin(graph, x, minimum),
    add: (a, b) => elementwise.sumOf(graph, a, b),
    subtract: (a, b) => elementwise.differenceOf(graph, a, b),
    multiply: (a, b) => elementwise.productOf(graph, a, b),
    divide: (a, b) => elementwise.quotientOf(graph, a, b),
    matMul: (a, b) => shape.matMul(graph, a, b),
    sum: (x, axes) => shape.sum(graph, x, axes),
    mean: (x, axes) => shape.mean(graph, x, axes),
    reshape: (x, sizes) => shape.reshape(graph, x, sizes),
    expand: (x, sizes) => shape.expand(graph, x, sizes),
    concat: (parts, axis) => shape.concat(graph, parts, axis),
    slice: (x, axis, range) => shape.slice(graph, x, axis, range),
  };
}
