// Every operation of the network as a small recipe with inputs of any size, for tests of the engines.
import fc from 'fast-check';
import type { Random } from '../../src/random.ts';
import type { Recipe, TestArray } from './run-graph.ts';

export interface Sizes {
  readonly b: number;
  readonly c: number;
  readonly o: number;
  readonly h: number;
  readonly w: number;
}

export interface NodeCase {
  readonly name: string;
  readonly recipe: Recipe;
  /** Inputs at which the node has a slope: away from kinks. */
  readonly inputs: (sizes: Sizes, random: Random) => TestArray[];
}

export const nodeSizes: fc.Arbitrary<Sizes> = fc.record({
  b: fc.integer({ min: 1, max: 3 }),
  c: fc.integer({ min: 1, max: 4 }),
  o: fc.integer({ min: 1, max: 4 }),
  h: fc.integer({ min: 2, max: 5 }).map((half) => 2 * half),
  w: fc.integer({ min: 2, max: 5 }).map((half) => 2 * half),
});

export function filled(shape: readonly number[], draw: (i: number) => number): TestArray {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Float32Array.from({ length }, (_, i) => draw(i)) };
}

const normal = (shape: readonly number[], random: Random) => filled(shape, () => random.normal());

const positive = (shape: readonly number[], random: Random) =>
  filled(shape, () => random.uniform([0.5, 2]));

/** At least 0.1 from zero. */
const awayFromZero = (shape: readonly number[], random: Random) =>
  filled(shape, () => random.uniform([0.1, 2]) * (random.chance(0.5) ? 1 : -1));

/** All different by at least 0.1. */
function distinct(shape: readonly number[], random: Random): TestArray {
  const array = filled(shape, (i) => 0.1 * i);
  for (let i = array.values.length - 1; i > 0; i--) {
    const j = random.integer([0, i]);
    [array.values[i], array.values[j]] = [array.values[j], array.values[i]];
  }
  return array;
}

const images = ({ b, c, h, w }: Sizes): number[] => [b, c, h, w];

/** Displacements by whole pixels and 0.2 to 0.8 more, some of them out of the image. */
function displacement({ b, h, w }: Sizes, random: Random): TestArray {
  return filled([b, 2, h, w], (i) => {
    const size = Math.floor(i / (h * w)) % 2 === 0 ? h : w;
    return (random.integer([-2, 1]) + random.uniform([0.2, 0.8])) * (2 / (size - 1));
  });
}

const affineCase = (name: string, recipe: Recipe): NodeCase => ({
  name,
  recipe,
  inputs: (s, random) => [
    normal(images(s), random),
    positive([s.c], random),
    normal([s.c], random),
  ],
});

const unaryCase = (
  name: string,
  recipe: Recipe,
  input: (shape: readonly number[], random: Random) => TestArray,
): NodeCase => ({ name, recipe, inputs: (s, random) => [input(images(s), random)] });

/** The second input is broadcast. */
const binaryCase = (name: string, recipe: Recipe): NodeCase => ({
  name,
  recipe,
  inputs: (s, random) => [normal(images(s), random), positive([s.c, 1, s.w], random)],
});

/** @param enlarged - added to height and width: large images take another way */
function convolutionCase(kernel: 1 | 3, stride: 1 | 2, enlarged = 0): NodeCase {
  return {
    name: `conv2d, kernel ${kernel}, stride ${stride}${enlarged > 0 ? ', large images' : ''}`,
    recipe: (ops, [x, weight, bias]) => ops.conv2d(x, weight, { bias, stride }),
    inputs: (s, random) => [
      normal([s.b, s.c, s.h + enlarged, s.w + enlarged], random),
      normal([s.o, s.c, kernel, kernel], random),
      normal([s.o], random),
    ],
  };
}

export const NODE_CASES: readonly NodeCase[] = [
  convolutionCase(3, 1),
  convolutionCase(3, 2),
  convolutionCase(1, 1),
  convolutionCase(3, 1, 30),
  convolutionCase(3, 2, 60),
  {
    name: 'convTranspose2x2',
    recipe: (ops, [x, weight]) => ops.convTranspose2x2(x, weight),
    inputs: (s, random) => [normal(images(s), random), normal([s.c, s.o, 2, 2], random)],
  },
  affineCase('batchNorm', (ops, [x, weight, bias]) => {
    const channels = Number(ops.shapeOf(x)[1]);
    const row = (value: number) => ops.constant(Array<number>(channels).fill(value), [channels]);
    return ops.batchNorm(x, { weight, bias }, { mean: row(0.3), variance: row(1.7) });
  }),
  affineCase(
    'batchNormTraining',
    (ops, [x, weight, bias]) => ops.batchNormTraining(x, { weight, bias }).output,
  ),
  affineCase('instanceNorm', (ops, [x, weight, bias]) => ops.instanceNorm(x, { weight, bias })),
  unaryCase('maxPool2', (ops, [x]) => ops.maxPool2(x), distinct),
  unaryCase('upsampleNearest2', (ops, [x]) => ops.upsampleNearest2(x), normal),
  {
    name: 'warp',
    recipe: (ops, [x, by]) => ops.warp(x, by),
    inputs: (s, random) => [normal(images(s), random), displacement(s, random)],
  },
  unaryCase('relu', (ops, [x]) => ops.relu(x), awayFromZero),
  unaryCase('leakyRelu', (ops, [x]) => ops.leakyRelu(x), awayFromZero),
  unaryCase('tanh', (ops, [x]) => ops.tanh(x), normal),
  unaryCase('softmax', (ops, [x]) => ops.softmax(x), normal),
  unaryCase('log', (ops, [x]) => ops.log(x), positive),
  unaryCase('sqrt', (ops, [x]) => ops.sqrt(x), positive),
  unaryCase('clampMin', (ops, [x]) => ops.clampMin(x, 0), awayFromZero),
  binaryCase('add', (ops, [a, b]) => ops.add(a, b)),
  binaryCase('subtract', (ops, [a, b]) => ops.subtract(a, b)),
  binaryCase('multiply', (ops, [a, b]) => ops.multiply(a, b)),
  binaryCase('divide', (ops, [a, b]) => ops.divide(a, b)),
  binaryCase('divide by a larger value', (ops, [a, b]) =>
    ops.divide(b, ops.add(a, ops.constant([9], [1]))),
  ),
  {
    name: 'matMul',
    recipe: (ops, [a, b]) => ops.matMul(a, b),
    inputs: (s, random) => [normal([s.b, s.o, s.h], random), normal([s.b, s.h, s.w], random)],
  },
  unaryCase('sum', (ops, [x]) => ops.sum(x, [1, 3]), normal),
  unaryCase('mean', (ops, [x]) => ops.mean(x, [0, 2]), normal),
  unaryCase('reshape', (ops, [x]) => ops.reshape(x, [ops.shapeOf(x)[0], -1]), normal),
  unaryCase(
    'expand',
    (ops, [x]) => {
      const [b, c, h, w] = ops.shapeOf(x);
      return ops.expand(ops.reshape(x, [b, 1, c, h, w]), [b, 3, c, h, w]);
    },
    normal,
  ),
  {
    name: 'concat',
    recipe: (ops, [a, b]) => ops.concat([a, b, a], 1),
    inputs: (s, random) => [normal(images(s), random), normal([s.b, s.o, s.h, s.w], random)],
  },
  unaryCase('slice', (ops, [x]) => ops.slice(ops.slice(x, 2, [1, -1]), 3, [2]), normal),
];
