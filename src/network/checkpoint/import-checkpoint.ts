// The authors' PyTorch checkpoint as our parameters.
import type { Architecture, Widths } from '../architecture.ts';
import { headInputChannels } from '../architecture.ts';
import { type NamedParameters, type ParameterArray, parameterSpecs } from '../parameters.ts';
import { authorsKey } from './authors-key.ts';
import { quoted } from '../../quoted.ts';
import { checkpointError, otherNetwork } from './checkpoint-error.ts';
import type { TorchDtype, TorchTensor } from './pickle-value.ts';
import { readStateDict } from './state-dict.ts';
import { float32Values } from './tensor-values.ts';

const FLOAT_TYPES: ReadonlySet<TorchDtype> = new Set(['float64', 'float32', 'float16', 'bfloat16']);

type StateDict = ReadonlyMap<string, TorchTensor>;

export interface ImportedNetwork {
  readonly architecture: Architecture;
  readonly parameters: NamedParameters;
}

/**
 * Reads a checkpoint as the authors' trainer saves it, weights of any float type. Widths and
 * kernel depths are read off the shapes.
 *
 * @param file - a `torch.save` file, its weights in a `state_dict`
 * @throws {NodeError} `checkpoint-invalid`, naming the key that is missing, surplus or misshapen,
 *   or the global that was refused; nothing in the file is executed
 */
export function importCheckpoint(file: Uint8Array): ImportedNetwork {
  const stateDict = withoutPrefix(readStateDict(file));
  const architecture = architectureOf(stateDict);
  const specs = parameterSpecs(architecture);
  refuseSurplus(stateDict, new Set(specs.map(({ name }) => authorsKey(name))));
  const parameters = new Map<string, ParameterArray>();
  for (const { name, shape } of specs) {
    const key = authorsKey(name);
    parameters.set(name, { shape, values: planarValues(tensorOf(stateDict, key), shape, key) });
  }
  return { architecture, parameters };
}

/** DataParallel puts `module.` before every key. */
function withoutPrefix(stateDict: StateDict): StateDict {
  const keys = [...stateDict.keys()];
  if (!keys.every((key) => key.startsWith('module.'))) return stateDict;
  return new Map([...stateDict].map(([key, tensor]) => [key.slice('module.'.length), tensor]));
}

function architectureOf(stateDict: StateDict): Architecture {
  const width = (name: string): number => sizeAt(stateDict, authorsKey(`${name}.conv1.weight`), 0);
  const widths = (names: readonly [string, string, string, string, string]): Widths => [
    width(names[0]),
    width(names[1]),
    width(names[2]),
    width(names[3]),
    width(names[4]),
  ];
  const sizes = {
    encoderWidths: widths(['encoder.1', 'encoder.2', 'encoder.3', 'encoder.4', 'encoder.5']),
    headWidths: widths(['head.down.0', 'head.down.1', 'head.down.2', 'head.down.3', 'head.down.4']),
  };
  const inputs = sizeAt(stateDict, authorsKey('head.down.0.conv1.weight'), 1);
  const withTexture = { ...sizes, hasTextureChannel: true };
  return headInputChannels(withTexture) === inputs
    ? withTexture
    : { ...sizes, hasTextureChannel: false };
}

function sizeAt(stateDict: StateDict, key: string, axis: number): number {
  const { shape } = tensorOf(stateDict, key);
  const size = shape.at(axis);
  if (size !== undefined && size > 0) return size;
  throw otherNetwork(
    `has ${quoted(key)} of shape [${shape.join(', ')}]; a convolution has no such shape`,
  );
}

function tensorOf(stateDict: StateDict, key: string): TorchTensor {
  const tensor = stateDict.get(key);
  if (tensor !== undefined) return tensor;
  throw otherNetwork(`lacks the key ${quoted(key)}`);
}

/** BatchNorm counts its batches in `num_batches_tracked`, which nothing uses. */
function refuseSurplus(stateDict: StateDict, known: ReadonlySet<string>): void {
  for (const key of stateDict.keys()) {
    const counted = key.replace(/\.num_batches_tracked$/, '.running_mean');
    if (!known.has(counted)) throw otherNetwork(`has the unknown key ${quoted(key)}`);
  }
}

/** Values of a 2D parameter; of a 3D kernel those of the centre z tap, since z is 1. */
function planarValues(tensor: TorchTensor, shape: readonly number[], key: string): Float32Array {
  const isHeadKernel = key.startsWith('pathology_seg.') && shape.length === 4;
  const depth = isHeadKernel ? tensor.shape.at(2) : 1;
  const allowsDepth = depth === 1 || (depth === 3 && shape[3] === 3);
  const expected = isHeadKernel ? [shape[0], shape[1], depth, shape[2], shape[3]] : shape;
  if (!allowsDepth || expected.join() !== tensor.shape.join()) {
    const wanted = isHeadKernel ? [shape[0], shape[1], 1, shape[2], shape[3]] : shape;
    throw otherNetwork(
      `has ${quoted(key)} of shape [${tensor.shape.join(', ')}]; expected [${wanted.join(', ')}]`,
    );
  }
  const { dtype } = tensor.storage;
  if (!FLOAT_TYPES.has(dtype)) {
    throw otherNetwork(`has ${quoted(key)} as ${dtype}, not as floating-point numbers`);
  }
  const values = centreTap(float32Values(tensor), depth, shape);
  if (!values.every(Number.isFinite)) {
    throw checkpointError(
      `has a value in ${quoted(key)} that is not a finite number; import one from before its training diverged`,
    );
  }
  if (key.endsWith('.running_var') && values.some((variance) => variance < 0)) {
    throw checkpointError(
      `has a negative variance in ${quoted(key)}; copy the file anew from where it was saved`,
    );
  }
  return values;
}

/** `[O, I, depth, y, x]` to `[O, I, y, x]`. */
function centreTap(values: Float32Array, depth: number, shape: readonly number[]): Float32Array {
  if (depth === 1) return values;
  const plane = shape[2] * shape[3];
  const kept = new Float32Array(values.length / depth);
  for (let kernel = 0; kernel < shape[0] * shape[1]; kernel++) {
    const start = (kernel * depth + (depth - 1) / 2) * plane;
    kept.set(values.subarray(start, start + plane), kernel * plane);
  }
  return kept;
}
