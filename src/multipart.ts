// multipart/related bodies read as a stream (RFC 2046 5.1, RFC 2387): STOW-RS requests, WADO-RS answers.
import { ByteStream } from './byte-stream.ts';
import { NodeError, type ErrorCode } from './errors.ts';

const HEADER_BYTES_MAX = 16 * 1024;

export interface MultipartPart {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The content, or its first `keepBytes`. */
  readonly bytes: Uint8Array;
  /** Length of the whole content. */
  readonly byteLength: number;
}

export interface MultipartOptions {
  readonly boundary: string;
  /** Bytes of each part that are kept; what follows is read and dropped. */
  readonly keepBytes: number;
  /** Code of the error that a malformed body becomes. */
  readonly code: ErrorCode;
}

/**
 * The parts of a multipart body, one at a time: memory holds one part, cut to `keepBytes`.
 *
 * @param source - chunks of any size
 * @throws {NodeError} `options.code` when the body ends early or is not multipart with this boundary
 */
export async function* readMultipart(
  source: AsyncIterable<Uint8Array>,
  options: MultipartOptions,
): AsyncGenerator<MultipartPart> {
  const { boundary, keepBytes, code } = options;
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  // The first delimiter may stand at the very start, without the line break that belongs to it.
  const stream = new ByteStream(source, Buffer.from('\r\n'));
  const until = async (mark: Buffer, keep: number) => {
    const taken = await stream.takeUntil(mark, keep);
    if (taken === undefined)
      throw new NodeError(
        code,
        `expected a multipart body that ends with its closing boundary, but it ended early; ` +
          `send the whole body again`,
      );
    return taken;
  };

  try {
    await until(delimiter, 0);
    while ((await stream.peek(2)).toString('latin1') !== '--') {
      // The line break that ends the delimiter stays in place: a part may have no header at all.
      const header = await until(Buffer.from('\r\n\r\n'), HEADER_BYTES_MAX);
      if (header.byteLength > HEADER_BYTES_MAX)
        throw new NodeError(
          code,
          `expected part headers of at most ${HEADER_BYTES_MAX} bytes, got ${header.byteLength}`,
        );
      const content = await until(delimiter, keepBytes);
      yield {
        headers: parseHeaders(header.bytes),
        bytes: content.bytes,
        byteLength: content.byteLength,
      };
    }
  } finally {
    await stream.close();
  }
}

/**
 * The boundary that a Content-Type names.
 *
 * @returns undefined when it is not multipart/related or names none
 */
export function multipartBoundary(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/related\s*;/i.test(contentType)) return undefined;
  // No limit of 70 characters as RFC 2046 has it: Orthanc sends 73.
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

function parseHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of bytes.toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
