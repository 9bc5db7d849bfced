// Reads a file front to back and never past its end, whatever sizes the file claims.
import { damagedCheckpoint } from './checkpoint-error.ts';

export class ByteCursor {
  private offset = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly what: string;

  /** @param what - names the bytes in errors, for example `data.pkl` */
  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.what = what;
  }

  get position(): number {
    return this.offset;
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  u8(): number {
    return this.view.getUint8(this.advance(1));
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  /** An unsigned 64-bit number; one beyond 2^53 cannot be a size within a file and is refused. */
  u64(): number {
    const value = this.view.getBigUint64(this.advance(8), true);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw damagedCheckpoint(`claims an impossible size of ${value} in ${this.what}`);
  }

  /** A big-endian double, as pickle writes it. */
  doubleBigEndian(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** ASCII up to the next line feed, without it. */
  line(): string {
    const end = this.bytes.indexOf(10, this.offset);
    if (end < 0) throw this.truncated('a line feed');
    const text = Buffer.from(this.bytes.subarray(this.offset, end)).toString('latin1');
    this.offset = end + 1;
    return text;
  }

  /** Moves on by `length` and returns where it was. */
  private advance(length: number): number {
    if (length > this.remaining) throw this.truncated(`${length} bytes`);
    const start = this.offset;
    this.offset += length;
    return start;
  }

  private truncated(wanted: string): Error {
    return damagedCheckpoint(
      `is truncated: expected ${wanted} at byte ${this.offset} of ${this.what}, got the remaining ${this.remaining}`,
    );
  }
}
