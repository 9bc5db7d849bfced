// What a new network starts from.
import type { Architecture } from '../network/architecture.ts';
import { initialParameters, type NamedParameters } from '../network/parameters.ts';

/**
 * Factor on He's initial weights of the displacement's last convolution. Unscaled they move pixels by a
 * quarter of the image; the smoothness term then makes that one great shift of everything out of the
 * image, where the warp has no gradient, and motion is never learned (VoxelMorph starts near zero too:
 * Balakrishnan et al., IEEE TMI 2019).
 */
const MOTION_SCALE = 0.005;

/** Random weights with a motion decoder that starts near rest. */
export function initialWeights(architecture: Architecture, normal: () => number): NamedParameters {
  const parameters = new Map(initialParameters(architecture, normal));
  const name = 'motion.out.weight';
  const last = parameters.get(name);
  if (last === undefined) throw new RangeError(`no parameter ${name}`);
  parameters.set(name, { ...last, values: last.values.map((w) => w * MOTION_SCALE) });
  return parameters;
}
