// A flip of the input flips anatomy and pathology and negates one motion channel. It is no property of the weights
// as they are: a network whose kernels are mirrored, and whose displacement along the flipped axis has the other
// sign, has to give the mirrored result. That fails where a warp, a channel order or a sign is wrong.
import { expect } from 'chai';
import { buildInferenceModels } from '../../src/network/onnx/inference-models.ts';
import { openSession } from '../../src/network/onnx/open-session.ts';
import type { NamedParameters, ParameterArray } from '../../src/network/parameters.ts';
import type { CineOutputs, CineShape } from '../../src/network/session.ts';
import { createRandom } from '../../src/random.ts';
import { relativeDifference } from '../support/run-graph.ts';
import { SMALL_ARCHITECTURE, smallParameters, waves } from '../support/small-network.ts';

/** 0: rows, along y; 1: columns, along x. Also the displacement's channel along that axis. */
type Axis = 0 | 1;

const SHAPE: CineShape = [2, 3, 32, 48];

/** Planes `[..., H, W]` turned round along one axis. */
function flipped(
  values: Float32Array,
  [h, w]: readonly [number, number],
  axis: Axis,
): Float32Array {
  return values.map((_, i) => {
    const [x, y, plane] = [i % w, Math.floor(i / w) % h, Math.floor(i / (h * w))];
    const [fromY, fromX] = axis === 0 ? [h - 1 - y, x] : [y, w - 1 - x];
    return values[(plane * h + fromY) * w + fromX];
  });
}

const isStrided = (name: string): boolean => /^head\.down\.[1-4]\.conv1\.weight$/.test(name);

/** Taps along one axis of 3 x 3 kernels, moved: `from[k]` is the tap that goes to k. */
function tapsMoved({ shape, values }: ParameterArray, axis: Axis, from: readonly number[]) {
  return values.map((_, i) => {
    const [x, y, plane] = [i % 3, Math.floor(i / 3) % 3, Math.floor(i / 9)];
    const [fromY, fromX] = axis === 0 ? [from[y], x] : [y, from[x]];
    return shape[2] === 3 ? values[plane * 9 + fromY * 3 + fromX] : values[i];
  });
}

/**
 * A strided kernel on an even image looks at pixels 2y - 1, 2y, 2y + 1; turned round it would look at 2y, 2y + 1,
 * 2y + 2. Only the two that they share can be mirrored, so the first tap is set to zero.
 */
function mirrorable(parameters: NamedParameters): NamedParameters {
  return new Map(
    [...parameters].map(([name, { shape, values }]) => [
      name,
      {
        shape,
        values: isStrided(name)
          ? values.map((value, i) => (i % 3 === 0 || Math.floor(i / 3) % 3 === 0 ? 0 : value))
          : values,
      },
    ]),
  );
}

function mirroredValues(name: string, array: ParameterArray, axis: Axis): Float32Array {
  const { shape, values } = array;
  if (name === 'motion.out.weight' || name === 'motion.out.bias') {
    const perChannel = values.length / 2;
    return values.map((value, i) => (Math.floor(i / perChannel) === axis ? -value : value));
  }
  if (shape.length !== 4) return values;
  if (name.endsWith('.transpose.weight')) return flipped(values, [2, 2], axis);
  const moved = tapsMoved(array, axis, isStrided(name) ? [0, 2, 1] : [2, 1, 0]);
  if (name !== 'head.down.0.conv1.weight') return moved;
  return moved.map((value, i) => (Math.floor(i / 9) % shape[1] === axis ? -value : value));
}

function mirrored(parameters: NamedParameters, axis: Axis): NamedParameters {
  return new Map(
    [...parameters].map(([name, array]) => [
      name,
      { shape: array.shape, values: mirroredValues(name, array, axis) },
    ]),
  );
}

async function run(parameters: NamedParameters, cine: Float32Array): Promise<CineOutputs> {
  const models = buildInferenceModels(SMALL_ARCHITECTURE, parameters);
  const session = await openSession({ architecture: SMALL_ARCHITECTURE, ...models }, 'cpu');
  const outputs = await session.runCine(cine, SHAPE);
  await session.release();
  return outputs;
}

describe('a flipped heart', () => {
  const [, , h, w] = SHAPE;
  const parameters = mirrorable(smallParameters('flip'));
  const cine = waves(SHAPE, createRandom('flip'));
  let straight: CineOutputs;

  before(async () => {
    straight = await run(parameters, cine);
  });

  for (const axis of [0, 1] as const)
    it(`along ${axis === 0 ? 'y' : 'x'} has flipped anatomy and pathology, and displacement of the other sign`, async () => {
      const turned = await run(mirrored(parameters, axis), flipped(cine, [h, w], axis));
      const motion = flipped(straight.motion, [h, w], axis).map((value, i) =>
        Math.floor(i / (h * w)) % 2 === axis ? -value : value,
      );
      expect(relativeDifference(turned.motion, motion)).to.be.below(1e-5);
      const anatomy = flipped(straight.anatomy, [h, w], axis);
      expect(relativeDifference(turned.anatomy, anatomy)).to.be.below(1e-5);
      straight.logits.forEach((logits, k) => {
        const expected = flipped(logits, [h / 2 ** k, w / 2 ** k], axis);
        // InstanceNorm magnifies rounding.
        expect(relativeDifference(turned.logits[k], expected)).to.be.below(1e-3);
      });
    });

  it('is not what the same weights give: the network is not symmetric by itself', async () => {
    const turned = await run(parameters, flipped(cine, [h, w], 1));
    const anatomy = flipped(straight.anatomy, [h, w], 1);
    expect(relativeDifference(turned.anatomy, anatomy)).to.be.above(1e-2);
  });
});
