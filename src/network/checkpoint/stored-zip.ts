// The zip archive that torch.save writes: every entry stored, never compressed, often Zip64.
// Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header) to 4.3.16 (end record).
import { crc32 } from 'node:zlib';
import { ByteCursor } from './byte-cursor.ts';
import { quoted } from '../../quoted.ts';
import { damagedCheckpoint, notWeights } from './checkpoint-error.ts';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const ZIP64_END_RECORD = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const END_RECORD_BYTES = 22;
const ZIP64_LOCATOR_BYTES = 20;
const MAX_COMMENT_BYTES = 0xffff;
const IN_ZIP64_EXTRA = 0xffffffff;

interface Directory {
  readonly entryCount: number;
  readonly offset: number;
  readonly size: number;
}

interface EntryHeader {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly storedSize: number;
  readonly size: number;
  readonly localOffset: number;
}

/**
 * The entries of a zip archive as views into it: nothing is inflated or copied, so an archive
 * cannot claim more memory than it has bytes.
 *
 * @throws {NodeError} `checkpoint-invalid` when it is truncated, damaged, compressed or encrypted
 */
export function readStoredZip(archive: Uint8Array): Map<string, Uint8Array> {
  const directory = findDirectory(archive);
  const cursor = new ByteCursor(
    slice(archive, directory.offset, directory.size, 'the zip directory'),
    'the zip directory',
  );
  const entries = new Map<string, Uint8Array>();
  let claimed = 0;
  for (let i = 0; i < directory.entryCount; i++) {
    const header = readEntryHeader(cursor);
    claimed += header.size;
    // Without this a small file could have the same bytes checked many thousand times.
    if (claimed > archive.length) {
      throw damagedCheckpoint(
        `has zip entries that overlap: up to ${quoted(header.name)} they claim ${claimed} bytes of a file of ${archive.length} bytes`,
      );
    }
    if (entries.has(header.name))
      throw damagedCheckpoint(`has the entry ${quoted(header.name)} twice`);
    entries.set(header.name, readEntry(archive, header));
  }
  return entries;
}

function findDirectory(archive: Uint8Array): Directory {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const earliest = Math.max(0, archive.length - END_RECORD_BYTES - MAX_COMMENT_BYTES);
  for (let at = archive.length - END_RECORD_BYTES; at >= earliest; at--) {
    if (view.getUint32(at, true) !== END_RECORD) continue;
    const zip64 = at - ZIP64_LOCATOR_BYTES;
    if (zip64 >= 0 && view.getUint32(zip64, true) === ZIP64_LOCATOR) {
      return readZip64Directory(archive, view.getBigUint64(zip64 + 8, true));
    }
    return {
      entryCount: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
  }
  throw damagedCheckpoint('has no zip end record, so it is truncated or not a torch.save file');
}

function readZip64Directory(archive: Uint8Array, offset: bigint): Directory {
  const what = 'the Zip64 end record';
  const cursor = new ByteCursor(slice(archive, Number(offset), 56, what), what);
  if (cursor.u32() !== ZIP64_END_RECORD) throw damagedCheckpoint('has a damaged Zip64 end record');
  cursor.take(20); // record size, versions, disk numbers
  cursor.u64(); // entries on this disk
  return { entryCount: cursor.u64(), size: cursor.u64(), offset: cursor.u64() };
}

function readEntryHeader(cursor: ByteCursor): EntryHeader {
  if (cursor.u32() !== CENTRAL_HEADER) throw damagedCheckpoint('has a damaged zip directory');
  cursor.take(4); // versions
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.take(4); // time
  const crc = cursor.u32();
  const sizes = { storedSize: cursor.u32(), size: cursor.u32() };
  const [nameLength, extraLength, commentLength] = [cursor.u16(), cursor.u16(), cursor.u16()];
  cursor.take(8); // disk, attributes
  const offsets = { localOffset: cursor.u32() };
  const name = new TextDecoder().decode(cursor.take(nameLength));
  const extra = cursor.take(extraLength);
  cursor.take(commentLength);
  return { name, flags, method, crc, ...withZip64({ ...sizes, ...offsets }, extra) };
}

type Positions = Pick<EntryHeader, 'storedSize' | 'size' | 'localOffset'>;

/** The Zip64 extra field holds, in this order, only those values that are 0xFFFFFFFF (4.5.3). */
function withZip64(positions: Positions, extra: Uint8Array): Positions {
  const cursor = new ByteCursor(extra, 'a zip extra field');
  while (cursor.remaining >= 4) {
    const id = cursor.u16();
    const field = new ByteCursor(cursor.take(cursor.u16()), 'a zip extra field');
    if (id !== 1) continue;
    const wide = (value: number): number => (value === IN_ZIP64_EXTRA ? field.u64() : value);
    const size = wide(positions.size);
    const storedSize = wide(positions.storedSize);
    return { size, storedSize, localOffset: wide(positions.localOffset) };
  }
  return positions;
}

function readEntry(archive: Uint8Array, header: EntryHeader): Uint8Array {
  const name = quoted(header.name);
  if ((header.flags & 1) !== 0) throw notWeights(`has the encrypted entry ${name}`);
  if (header.method !== 0 || header.storedSize !== header.size) {
    throw notWeights(`has the compressed entry ${name}, but torch.save compresses nothing`);
  }
  const local = new ByteCursor(
    slice(archive, header.localOffset, 30, `the header of ${name}`),
    `the header of ${name}`,
  );
  if (local.u32() !== LOCAL_HEADER) throw damagedCheckpoint(`has a damaged header before ${name}`);
  local.take(22);
  const dataOffset = header.localOffset + 30 + local.u16() + local.u16();
  const data = slice(archive, dataOffset, header.size, `the entry ${name}`);
  if (crc32(data) !== header.crc)
    throw damagedCheckpoint(`is damaged: the checksum of ${name} is wrong`);
  return data;
}

function slice(archive: Uint8Array, offset: number, size: number, what: string): Uint8Array {
  if (offset + size <= archive.length) return archive.subarray(offset, offset + size);
  throw damagedCheckpoint(
    `is truncated or lies: ${what} claims ${size} bytes at byte ${offset} of a file of ${archive.length} bytes`,
  );
}
