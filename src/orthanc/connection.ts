// Where Orthanc is, and one HTTP request to it with every failure turned into a NodeError.
import type { ReadableStream } from 'node:stream/web';
import { NodeError } from '../errors.ts';

export interface Connection {
  /** Without a slash at the end. */
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Longest wait for an answer, and for each further piece of it, ms. */
  readonly timeoutMs: number;
  /** Ends every request and every body that is being read. */
  readonly signal?: AbortSignal | undefined;
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The value of the Authorization header, when there are credentials. */
export function authorizationOf({ user, password }: Connection): string | undefined {
  if (user === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/**
 * Sends one request; the answer's body is not read yet.
 *
 * @throws {NodeError} `orthanc-unreachable` when there is no answer in time
 * @throws {NodeError} `orthanc-unauthorized` when the credentials are refused
 * @throws {NodeError} `not-found` when the resource does not exist (any more)
 * @throws {NodeError} `orthanc-answer` on any other status but success
 */
export async function request(
  connection: Connection,
  path: string,
  options: RequestOptions = {},
): Promise<Response> {
  const response = await send(connection, path, options);
  return successful(connection, response, `${options.method ?? 'GET'} ${routeOf(path)}`);
}

/**
 * An answer as it is, when it is one of success.
 *
 * @param what - the request, for the message
 * @throws {NodeError} as `request` does for any other status
 */
export async function successful(
  connection: Connection,
  response: Response,
  what: string,
): Promise<Response> {
  if (response.ok) return response;
  await response.body?.cancel();
  throw errorOfStatus(connection, response.status, what);
}

/**
 * Sends one request, for those who look at the status of its answer themselves.
 *
 * @throws {NodeError} `orthanc-unreachable` when there is no answer in time
 */
export async function send(
  connection: Connection,
  path: string,
  options: RequestOptions = {},
): Promise<Response> {
  const authorization = authorizationOf(connection);
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort();
  }, connection.timeoutMs);
  const signals = [timeout.signal, ...(connection.signal === undefined ? [] : [connection.signal])];
  try {
    return await fetch(`${connection.url}${path}`, {
      method: options.method ?? 'GET',
      headers: { ...options.headers, ...(authorization === undefined ? {} : { authorization }) },
      ...(options.body === undefined ? {} : { body: options.body }),
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    connection.signal?.throwIfAborted();
    throw unreachable(connection, error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The pieces of an answer's body as they arrive.
 *
 * @throws {NodeError} `orthanc-unreachable` when the connection breaks or falls silent on the way
 */
export async function* bodyChunks(
  connection: Connection,
  response: Response,
): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const body = response.body as ReadableStream<Uint8Array>;
  const reader = body.getReader();
  try {
    for (;;) {
      const next = await withinTime(connection, reader.read());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Without this the connection would stay open when the caller stops early.
    await reader.cancel().catch(() => undefined);
  }
}

/** The whole body as text; fails as `bodyChunks` does. */
export async function bodyText(connection: Connection, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyChunks(connection, response)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function withinTime<T>(connection: Connection, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DOMException('silent', 'TimeoutError'));
    }, connection.timeoutMs);
  });
  try {
    return await Promise.race([work, silence]);
  } catch (error) {
    connection.signal?.throwIfAborted();
    throw unreachable(connection, error);
  } finally {
    clearTimeout(timer);
  }
}

/** The error of a connection that was refused, cut off or silent for too long. */
export function unreachable(connection: Connection, error: unknown): NodeError {
  const reason =
    error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
      ? `no answer within ${connection.timeoutMs} ms`
      : systemCode(error);
  return new NodeError(
    'orthanc-unreachable',
    `Orthanc at ${hostOf(connection)} cannot be reached (${reason}): is it running, and is the URL right?`,
    { cause: error },
  );
}

/** What an HTTP status other than success means for a job. */
export function errorOfStatus(connection: Connection, status: number, what: string): NodeError {
  if (status === 401 || status === 403)
    return new NodeError(
      'orthanc-unauthorized',
      `Orthanc at ${hostOf(connection)} refused ${what} (HTTP ${status}): ` +
        'compare user and password with RegisteredUsers of its configuration',
    );
  if (status === 404) return new NodeError('not-found', `Orthanc has no resource for ${what}`);
  return new NodeError('orthanc-answer', `Orthanc answered ${what} with HTTP ${status}`);
}

/** The address without credentials that someone may have put into it. */
function hostOf({ url }: Connection): string {
  return new URL(url).host;
}

/** The path with ids and UIDs left out, for messages. */
export function routeOf(path: string): string {
  return path
    .replace(/\?.*$/, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{8}){4}/g, '{id}')
    .replace(/\/[0-9.]{10,}/g, '/{uid}');
}

function systemCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return 'no connection';
}
