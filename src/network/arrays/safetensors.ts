// safetensors: 8 bytes of header length, a JSON header, then the tensors without gaps
// (huggingface/safetensors, "Format"). Only float32 is written and read here.
import { z } from 'zod';
import { NodeError, messageOf } from '../../errors.ts';
import { printable, quoted, schemaProblems } from '../../quoted.ts';
import { type NamedParameters, type ParameterArray, sizeOf } from '../parameters.ts';

/** Ours have less than 100 kB. The reference implementation's 100 MB would take gigabytes to check. */
const MAX_HEADER_BYTES = 1_000_000;
const LENGTH_BYTES = 8;
const FLOAT32_BYTES = 4;

const size = z.number().int().nonnegative();
const tensorHeader = z.strictObject({
  dtype: z.literal('F32'),
  shape: z.array(size).max(16),
  data_offsets: z.tuple([size, size]),
});
const fileHeader = z
  .object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(tensorHeader);

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the bytes in the file. */
  readonly tensors: NamedParameters;
}

/**
 * Reads every tensor of a file.
 *
 * @param name - names the file in errors
 * @throws {NodeError} `model-invalid` when header and bytes do not agree to the last byte
 */
export function readSafetensors(file: Uint8Array, name: string): SafetensorsFile {
  const { header, dataOffset } = readHeader(file, name);
  const { __metadata__: metadata, ...tensors } = header;
  const ordered = Object.entries(tensors as Record<string, z.infer<typeof tensorHeader>>).sort(
    ([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1],
  );
  let next = 0;
  const read = new Map<string, ParameterArray>();
  for (const [key, { shape, data_offsets: offsets }] of ordered) {
    const [begin, end] = offsets;
    const expected = sizeOf(shape) * FLOAT32_BYTES;
    if (begin !== next || end - begin !== expected || dataOffset + end > file.length) {
      throw invalid(
        name,
        `the tensor ${quoted(key)} of shape [${shape.join(', ')}] claims bytes ${begin} to ${end}; ` +
          `expected ${next} to ${next + expected} within ${file.length - dataOffset}`,
      );
    }
    next = end;
    // A copy, because the offset need not be a multiple of four.
    const bytes = new Uint8Array(file.subarray(dataOffset + begin, dataOffset + end));
    read.set(key, {
      shape,
      values: new Float32Array(bytes.buffer),
    });
  }
  if (dataOffset + next !== file.length) {
    throw invalid(name, `${file.length - dataOffset - next} bytes follow the last tensor`);
  }
  return { metadata: metadata ?? {}, tensors: read };
}

/** The bytes of a file: the same tensors and metadata give the same bytes. */
export function writeSafetensors(
  tensors: NamedParameters,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const ordered = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [key, { shape, values }] of ordered) {
    if (sizeOf(shape) !== values.length) {
      throw new RangeError(
        `${key}: shape [${shape.join(', ')}] does not hold ${values.length} numbers.`,
      );
    }
    header[key] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Spaces after the header keep the numbers on an 8-byte boundary.
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}

function readHeader(
  file: Uint8Array,
  name: string,
): { header: z.infer<typeof fileHeader>; dataOffset: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const claimed = file.length < LENGTH_BYTES ? Infinity : Number(view.getBigUint64(0, true));
  const dataOffset = LENGTH_BYTES + claimed;
  if (claimed > MAX_HEADER_BYTES || dataOffset > file.length) {
    throw invalid(name, `its header claims ${claimed} bytes of a file of ${file.length}`);
  }
  const json = Buffer.from(file.subarray(LENGTH_BYTES, dataOffset)).toString('utf8');
  try {
    return { header: fileHeader.parse(JSON.parse(json)), dataOffset };
  } catch (error) {
    const problem =
      error instanceof z.ZodError ? schemaProblems(error) : printable(messageOf(error));
    throw new NodeError('model-invalid', `${name} has an unreadable header: ${problem}`, {
      cause: error,
    });
  }
}

function invalid(name: string, problem: string): NodeError {
  return new NodeError('model-invalid', `${name} is not a valid safetensors file: ${problem}.`);
}
