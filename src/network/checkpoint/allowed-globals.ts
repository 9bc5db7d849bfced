// The only Python names that a checkpoint may use, and the plain data that each makes.
import { quoted } from '../../quoted.ts';
import { damagedCheckpoint, notWeights } from './checkpoint-error.ts';
import {
  BYTES_PER_ELEMENT,
  NumpyDtype,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
  type TorchDtype,
  TorchStorage,
  TorchTensor,
} from './pickle-value.ts';

const STORAGES: ReadonlyMap<string, TorchDtype> = new Map([
  ['torch.DoubleStorage', 'float64'],
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'uint8'],
]);

/** As NumPy limits it; a weight has five at most. */
const MAX_DIMENSIONS = 32;

type Maker = (args: readonly PickleValue[], name: string) => PickleValue;

/** nnU-Net's trainer logs NumPy scalars beside the weights, so their three names are data too. */
const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', (args, name) => argument(args, 0, TorchTensor, name)],
  ['torch.Size', (args, name) => argument(args, 0, PickleTuple, name)],
  ['numpy.dtype', numpyDtype],
  ['numpy.core.multiarray.scalar', numpyScalar],
  ['numpy._core.multiarray.scalar', numpyScalar],
  ['_codecs.encode', encodeLatin1],
]);

/** @throws {NodeError} `checkpoint-invalid` when the name is not on the list above */
export function allowedGlobal(module: string, name: string): PickleGlobal {
  const fullName = `${module}.${name}`;
  if (MAKERS.has(fullName) || STORAGES.has(fullName)) return new PickleGlobal(fullName);
  throw notWeights(
    `asks for the Python global ${quoted(fullName)}, which a file of weights does not need and which was not executed`,
  );
}

/** What calling the global would return in Python, for the few that only hold data. */
export function callGlobal(called: PickleValue, args: PickleValue): PickleValue {
  const maker = called instanceof PickleGlobal ? MAKERS.get(called.name) : undefined;
  if (!(called instanceof PickleGlobal) || maker === undefined) {
    throw notWeights('calls something that is not a function');
  }
  if (!(args instanceof PickleTuple)) {
    throw notWeights(`calls ${quoted(called.name)} without a tuple of arguments`);
  }
  return maker(args.items, called.name);
}

/**
 * The storage that a persistent id `('storage', type, key, location, elementCount)` names.
 *
 * @param entry - gives the bytes of `data/KEY` in the archive
 */
export function openStorage(
  id: PickleValue,
  entry: (key: string) => Uint8Array | undefined,
): TorchStorage {
  const [kind, type, key, , count] = id instanceof PickleTuple ? id.items : [];
  const dtype = type instanceof PickleGlobal ? STORAGES.get(type.name) : undefined;
  if (kind !== 'storage' || dtype === undefined || typeof key !== 'string') {
    throw notWeights('has a persistent id that is not a tensor storage');
  }
  const bytes = entry(key);
  if (bytes === undefined) throw damagedCheckpoint(`lacks the storage ${quoted(key)}`);
  const expected = naturalNumber(count, 'a storage size') * BYTES_PER_ELEMENT[dtype];
  if (bytes.length !== expected) {
    throw damagedCheckpoint(
      `claims ${expected} bytes for the storage ${quoted(key)}, which has ${bytes.length}`,
    );
  }
  return new TorchStorage(dtype, bytes);
}

function orderedDict(args: readonly PickleValue[]): PickleValue {
  if (args.length > 0) throw notWeights('builds an OrderedDict from arguments');
  return new Map();
}

/** `_rebuild_tensor_v2(storage, offset, shape, stride, requires_grad, hooks[, metadata])` */
function rebuildTensor(args: readonly PickleValue[], name: string): TorchTensor {
  const storage = argument(args, 0, TorchStorage, name);
  const offset = naturalNumber(args[1] ?? null, 'a tensor offset');
  const shape = argument(args, 2, PickleTuple, name).items.map((v) => naturalNumber(v, 'a size'));
  const stride = argument(args, 3, PickleTuple, name).items.map((v) =>
    naturalNumber(v, 'a stride'),
  );
  const tensor = new TorchTensor(storage, offset, { shape, stride });
  checkWithinStorage(tensor);
  return tensor;
}

function checkWithinStorage(tensor: TorchTensor): void {
  const { shape, stride, storage } = tensor;
  if (shape.length > MAX_DIMENSIONS) {
    throw damagedCheckpoint(`claims a tensor of ${shape.length} dimensions`);
  }
  const available = storage.bytes.length / BYTES_PER_ELEMENT[storage.dtype];
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (stride[axis] ?? 0), 0);
  const reached = shape.includes(0) ? 0 : tensor.offset + last + 1;
  if (stride.length === shape.length && Math.max(reached, tensor.elementCount) <= available) return;
  throw damagedCheckpoint(
    `claims a tensor of shape [${shape.slice(0, 8).join(', ')}] in a storage of ${available} elements`,
  );
}

function numpyDtype(args: readonly PickleValue[]): NumpyDtype {
  const [code] = args;
  if (typeof code === 'string' && /^[<>|=]?[fiub][1248]$/.test(code)) return new NumpyDtype(code);
  throw notWeights('has a NumPy type that is not a number');
}

function numpyScalar(args: readonly PickleValue[], name: string): number {
  const { code } = argument(args, 0, NumpyDtype, name);
  const bytes = argument(args, 1, Uint8Array, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (code.endsWith('f8') && bytes.length === 8) return view.getFloat64(0, true);
  if (code.endsWith('f4') && bytes.length === 4) return view.getFloat32(0, true);
  if (code.endsWith('i8') && bytes.length === 8) return Number(view.getBigInt64(0, true));
  if (code.endsWith('i4') && bytes.length === 4) return view.getInt32(0, true);
  throw notWeights(`has a NumPy number of type ${quoted(code)} in ${bytes.length} bytes`);
}

/** How pickle protocol 2 writes bytes: `_codecs.encode(text, 'latin1')`. */
function encodeLatin1(args: readonly PickleValue[]): Uint8Array {
  const [text, encoding] = args;
  if (typeof text === 'string' && encoding === 'latin1') return Buffer.from(text, 'latin1');
  throw notWeights('encodes text in another way than latin1');
}

function naturalNumber(value: PickleValue | undefined, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw notWeights(`has ${what} that is not a natural number`);
}

type Constructor<T> = new (...args: never[]) => T;

function argument<T>(
  args: readonly PickleValue[],
  index: number,
  type: Constructor<T>,
  name: string,
): T {
  const value = args[index];
  if (value instanceof type) return value;
  throw notWeights(`calls ${quoted(name)} with a wrong argument ${index + 1}`);
}
