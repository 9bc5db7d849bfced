// Builds torch.save files byte by byte, good and hostile ones.
import { crc32 } from 'node:zlib';

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** Pickle fragments (protocol 2), each leaving one value on the stack. */
export const pickle = {
  int: (value: number): Buffer => Buffer.concat([Buffer.from('J'), u32(value >>> 0)]),
  text: (value: string): Buffer =>
    Buffer.concat([Buffer.from('X'), u32(Buffer.byteLength(value)), Buffer.from(value)]),
  global: (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`),
  none: Buffer.from('N'),
  no: Buffer.from('\x89', 'latin1'),
  tuple: (...items: Buffer[]): Buffer =>
    Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]),
  call: (called: Buffer, ...args: Buffer[]): Buffer =>
    Buffer.concat([called, pickle.tuple(...args), Buffer.from('R')]),
  dict: (...pairs: [key: Buffer, value: Buffer][]): Buffer =>
    Buffer.concat([Buffer.from('}('), ...pairs.flat(), Buffer.from('u')]),
  /** The whole stream: PROTO 2, the value, STOP. */
  stream: (value: Buffer): Buffer =>
    Buffer.concat([Buffer.from('\x80\x02', 'latin1'), value, Buffer.from('.')]),
};

export interface TensorSpec {
  readonly storageKey: string;
  readonly storageType?: string;
  readonly storageElements: number;
  readonly shape: readonly number[];
  readonly stride?: readonly number[];
  readonly offset?: number;
}

/** `torch._utils._rebuild_tensor_v2(...)` over a storage. */
export function tensorPickle(spec: TensorSpec): Buffer {
  const stride = spec.stride ?? contiguous(spec.shape);
  const id = pickle.tuple(
    pickle.text('storage'),
    pickle.global('torch', spec.storageType ?? 'FloatStorage'),
    pickle.text(spec.storageKey),
    pickle.text('cpu'),
    pickle.int(spec.storageElements),
  );
  return pickle.call(
    pickle.global('torch._utils', '_rebuild_tensor_v2'),
    Buffer.concat([id, Buffer.from('Q')]),
    pickle.int(spec.offset ?? 0),
    pickle.tuple(...spec.shape.map(pickle.int)),
    pickle.tuple(...stride.map(pickle.int)),
    pickle.no,
    pickle.call(pickle.global('collections', 'OrderedDict')),
  );
}

function contiguous(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
}

export interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array;
  /** Lies, for tests. */
  readonly method?: number;
  readonly claimedSize?: number;
  readonly crc?: number;
}

/** A zip of stored entries, without Zip64. */
export function zipOf(...entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const size = u32(entry.claimedSize ?? entry.data.length);
    const common = Buffer.concat([
      u16(20),
      u16(0),
      u16(entry.method ?? 0),
      u32(0),
      u32(entry.crc ?? crc32(entry.data)),
      size,
      size,
      u16(name.length),
      u16(0),
    ]);
    const local = Buffer.concat([u32(0x04034b50), common, name, entry.data]);
    const rest = Buffer.concat([u16(0), u16(0), u16(0), u32(0), u32(offset), name]);
    central.push(Buffer.concat([u32(0x02014b50), u16(20), common, rest]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = [u32(0x06054b50), u32(0), u16(entries.length), u16(entries.length)];
  return Buffer.concat([...locals, directory, ...end, u32(directory.length), u32(offset), u16(0)]);
}

/** The same archive with a Zip64 end record, as PyTorch writes it, which the plain one points past. */
export function asZip64(archive: Buffer): Buffer {
  const end = archive.length - 22;
  const [count, size, offset] = [
    archive.readUInt16LE(end + 10),
    archive.readUInt32LE(end + 12),
    archive.readUInt32LE(end + 16),
  ];
  const u64 = (value: number): Buffer => Buffer.concat([u32(value), u32(0)]);
  const record = Buffer.concat([
    u32(0x06064b50),
    u64(44),
    u16(45),
    u16(45),
    u32(0),
    u32(0),
    u64(count),
    u64(count),
    u64(size),
    u64(offset),
  ]);
  const locator = Buffer.concat([u32(0x07064b50), u32(0), u64(end), u32(1)]);
  const plain = Buffer.concat([u32(0x06054b50), Buffer.alloc(16, 0xff), u16(0)]);
  return Buffer.concat([archive.subarray(0, end), record, locator, plain]);
}

/** A torch.save file around a pickled value and the storages that it names. */
export function torchFile(
  value: Buffer,
  storages: Readonly<Record<string, Uint8Array>> = {},
): Buffer {
  return zipOf(
    { name: 'archive/data.pkl', data: pickle.stream(value) },
    ...Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data })),
  );
}

/** A torch.save file of `{'state_dict': OrderedDict(...)}` from float32 or int32 tensors. */
export function checkpointFile(
  tensors: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array | Int32Array }>,
): Buffer {
  const pairs: [Buffer, Buffer][] = [];
  const storages: Record<string, Uint8Array> = {};
  let key = 0;
  for (const [name, { shape, data }] of tensors) {
    const storageKey = String(key++);
    storages[storageKey] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    pairs.push([
      pickle.text(name),
      tensorPickle({
        storageKey,
        storageType: data instanceof Int32Array ? 'IntStorage' : 'FloatStorage',
        storageElements: data.length,
        shape,
      }),
    ]);
  }
  return torchFile(pickle.dict([pickle.text('state_dict'), pickle.dict(...pairs)]), storages);
}
