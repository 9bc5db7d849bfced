// A stream of chunks read by marks instead of by chunks.

export interface TakenBytes {
  /** What preceded the mark, or the first `keepBytes` of it. */
  readonly bytes: Buffer;
  /** Length of all that preceded the mark. */
  readonly byteLength: number;
}

/** Reads forward through chunks of any size; it holds one chunk and what was asked for. */
export class ByteStream {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer;

  /**
   * @param start - bytes that come before the first chunk
   */
  constructor(source: AsyncIterable<Uint8Array>, start: Buffer = Buffer.alloc(0)) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#held = start;
  }

  /** The next bytes, left in place; fewer than `count` only at the end. */
  async peek(count: number): Promise<Buffer> {
    while (this.#held.length < count && (await this.#pull()));
    return this.#held.subarray(0, count);
  }

  /**
   * Everything up to the mark; the mark itself is passed over.
   *
   * @returns undefined when the stream ended without the mark
   */
  async takeUntil(mark: Buffer, keepBytes: number): Promise<TakenBytes | undefined> {
    const kept: Buffer[] = [];
    let keptLength = 0;
    let byteLength = 0;
    const take = (count: number) => {
      const wanted = Math.min(count, keepBytes - keptLength);
      if (wanted > 0) kept.push(this.#held.subarray(0, wanted));
      keptLength += Math.max(0, wanted);
      byteLength += count;
      this.#held = this.#held.subarray(count);
    };

    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at >= 0) {
        take(at);
        this.#held = this.#held.subarray(mark.length);
        return { bytes: Buffer.concat(kept), byteLength };
      }
      // The end of what is held may be the beginning of the mark.
      take(Math.max(0, this.#held.length - mark.length + 1));
      if (!(await this.#pull())) return undefined;
    }
  }

  /** Lets go of whatever the chunks come from. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #pull(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    const { buffer, byteOffset, length } = next.value;
    const chunk = Buffer.from(buffer, byteOffset, length);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return true;
  }
}
