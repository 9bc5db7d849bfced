// The part of XMLHttpRequest that dicomweb-client uses, over fetch: Node has no XMLHttpRequest.

const DONE = 4;

/** One request; it never throws, as XMLHttpRequest never does: status 0 says that no answer came. */
export class FetchRequest {
  responseType: '' | 'text' | 'json' | 'arraybuffer' = '';
  withCredentials = false;
  readyState = 0;
  status = 0;
  response: unknown = null;
  onloadstart: (() => void) | null = null;
  onloadend: (() => void) | null = null;
  onreadystatechange: (() => void) | null = null;
  /** Why no answer came; XMLHttpRequest has no such thing. */
  failure: unknown = undefined;

  readonly #timeoutMs: number;
  readonly #headers = new Headers();
  #method = 'GET';
  #url = '';
  #answerHeaders = new Headers();

  /** @param timeoutMs - for the whole exchange */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  open(method: string, url: string): void {
    this.#method = method.toUpperCase();
    this.#url = url;
    this.readyState = 1;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.set(name, value);
  }

  getResponseHeader(name: string): string | null {
    return this.#answerHeaders.get(name);
  }

  getAllResponseHeaders(): string {
    return [...this.#answerHeaders].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  send(body?: ArrayBuffer): void {
    void this.#exchange(body).finally(() => {
      this.readyState = DONE;
      this.onreadystatechange?.();
      this.onloadend?.();
    });
  }

  async #exchange(body: ArrayBuffer | undefined): Promise<void> {
    this.onloadstart?.();
    try {
      const answer = await fetch(this.#url, {
        method: this.#method,
        headers: this.#headers,
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      this.response = await this.#bodyOf(answer);
      this.#answerHeaders = answer.headers;
      this.status = answer.status;
    } catch (error) {
      this.failure = error;
    }
  }

  async #bodyOf(answer: Response): Promise<unknown> {
    if (this.responseType === 'arraybuffer') return answer.arrayBuffer();
    const text = await answer.text();
    if (this.responseType !== 'json') return text;
    try {
      return JSON.parse(text);
    } catch {
      // As the standard says: null is the response of a body that is not JSON.
      return null;
    }
  }
}
