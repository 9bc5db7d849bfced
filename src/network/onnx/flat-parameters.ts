// All parameters end to end in one array: a training step hands over two values, not two hundred.
import type { Architecture } from '../architecture.ts';
import type { NamedParameters, ParameterArray, ParameterSpec } from '../parameters.ts';
import { isOfPart, parameterSpecs, sizeOf } from '../parameters.ts';
import type { TrainedPart } from '../training-step.ts';

/** Where each parameter lies in a flat array. */
export interface FlatLayout {
  readonly specs: readonly ParameterSpec[];
  readonly length: number;
}

function layoutOf(specs: readonly ParameterSpec[]): FlatLayout {
  return { specs, length: specs.reduce((total, { shape }) => total + sizeOf(shape), 0) };
}

/** What gradients change. */
export function trainedLayout(architecture: Architecture, part: TrainedPart = 'all'): FlatLayout {
  const trained = parameterSpecs(architecture).filter(({ isTrained }) => isTrained);
  return layoutOf(trained.filter((spec) => isOfPart(spec, part)));
}

/** Where a part lies in the layout of all that is trained. */
export function partRange(
  architecture: Architecture,
  part: TrainedPart,
): readonly [start: number, end: number] {
  const { specs } = trainedLayout(architecture);
  const start = layoutOf(
    specs.slice(
      0,
      specs.findIndex((spec) => isOfPart(spec, part)),
    ),
  ).length;
  return [start, start + trainedLayout(architecture, part).length];
}

/** The running statistics of BatchNorm. */
export function statisticsLayout(architecture: Architecture): FlatLayout {
  return layoutOf(parameterSpecs(architecture).filter(({ isTrained }) => !isTrained));
}

/**
 * The named arrays end to end.
 *
 * @throws {RangeError} when one is missing or has another size
 */
export function flatten({ specs, length }: FlatLayout, parameters: NamedParameters): Float32Array {
  const flat = new Float32Array(length);
  let offset = 0;
  for (const { name, shape } of specs) {
    const values = parameters.get(name)?.values;
    const size = sizeOf(shape);
    if (values?.length !== size)
      throw new RangeError(`${name}: expected ${size} values, got ${values?.length ?? 'none'}`);
    flat.set(values, offset);
    offset += size;
  }
  return flat;
}

/** Copies of the named arrays. */
export function unflatten({ specs }: FlatLayout, flat: Float32Array): Map<string, ParameterArray> {
  const parameters = new Map<string, ParameterArray>();
  let offset = 0;
  for (const { name, shape } of specs) {
    const size = sizeOf(shape);
    parameters.set(name, { shape, values: flat.slice(offset, offset + size) });
    offset += size;
  }
  return parameters;
}
