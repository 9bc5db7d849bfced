// A streaming reader of multipart/related bodies (RFC 2046, 5.1), as WADO-RS answers with.
import { NodeError } from '../errors.ts';

const MAX_HEADER_BYTES = 16 * 1024;

/** The boundary named in a Content-Type header, or undefined when it is not multipart. */
export function boundaryOf(contentType: string | null): string | undefined {
  if (contentType === null || !/^multipart\//i.test(contentType)) return undefined;
  const found = /;\s*boundary=(?:"(?<quoted>[^"]+)"|(?<plain>[^;\s]+))/i.exec(contentType);
  return found?.groups?.['quoted'] ?? found?.groups?.['plain'];
}

/**
 * The bodies of the parts, each as soon as it is whole; no more than one part is held in memory.
 *
 * @throws {NodeError} `orthanc-answer` when the stream ends before its last boundary
 */
export async function* readMultipart(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<Uint8Array> {
  const source = new DelimitedSource(chunks);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  try {
    // The first boundary may stand at the very start, without a line break of its own.
    await source.readUntil(delimiter.subarray(2), Number.POSITIVE_INFINITY);
    while (!(await isLast(source))) {
      await source.readUntil(Buffer.from('\r\n\r\n'), MAX_HEADER_BYTES);
      yield await source.readUntil(delimiter, Number.POSITIVE_INFINITY);
    }
  } finally {
    await source.close();
  }
}

/** After a boundary come either two dashes, which end everything, or the headers of a part. */
async function isLast(source: DelimitedSource): Promise<boolean> {
  const next = await source.peek(2);
  return next.toString('latin1') === '--';
}

/** Bytes that arrive in pieces of any size, taken up to a delimiter. */
class DelimitedSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What has arrived and is not taken yet. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next bytes, which stay in the source. */
  async peek(count: number): Promise<Buffer> {
    while (this.#rest.length < count) this.#rest = Buffer.concat([this.#rest, await this.#next()]);
    return this.#rest.subarray(0, count);
  }

  /** Everything before the delimiter; the delimiter is taken too. */
  async readUntil(delimiter: Buffer, maxBytes: number): Promise<Buffer> {
    const taken: Buffer[] = [];
    let takenBytes = 0;
    for (;;) {
      const at = this.#rest.indexOf(delimiter);
      if (at >= 0) {
        taken.push(this.#rest.subarray(0, at));
        this.#rest = this.#rest.subarray(at + delimiter.length);
        return Buffer.concat(taken);
      }
      // A delimiter may be cut in two by the end of a piece: its possible first bytes stay.
      const keepFrom = Math.max(0, this.#rest.length - delimiter.length + 1);
      taken.push(this.#rest.subarray(0, keepFrom));
      takenBytes += keepFrom;
      if (takenBytes > maxBytes) throw broken('a header of a part is too long');
      this.#rest = Buffer.concat([this.#rest.subarray(keepFrom), await this.#next()]);
    }
  }

  /** Lets go of whatever the pieces come from. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #next(): Promise<Uint8Array> {
    const next = await this.#chunks.next();
    if (next.done === true) throw broken('it ended before its last boundary');
    return next.value;
  }
}

function broken(what: string): NodeError {
  return new NodeError(
    'orthanc-answer',
    `the multipart answer is broken: ${what}; was the connection cut?`,
  );
}
