// The HTTP server around the application.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NodeError } from '../errors.ts';
import { createWebApp } from './web-app.ts';
import type { WebParts } from './web-parts.ts';

/** A whole patient over a slow line takes longer than Node's five minutes for a request. */
const REQUEST_TIMEOUT_MS = 30 * 60_000;

/** Node's 5 s may pass while an analysis holds the thread, and reset a client that asks again. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

export interface WebAddress {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

export interface WebServer {
  /** With the port that was bound, for example `http://127.0.0.1:8043`. */
  readonly url: string;
  /** Stops listening and drops open connections. */
  readonly close: () => Promise<void>;
}

/**
 * Serves the application until closed.
 *
 * @throws {NodeError} `configuration-invalid` when the address cannot be bound
 */
export async function startWebServer(parts: WebParts, address: WebAddress): Promise<WebServer> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS },
    createWebApp(parts),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { host, port } = address;
      reject(
        new NodeError(
          'configuration-invalid',
          `expected to serve the status page on ${host}:${port}, got ${error.code ?? error.name}; ` +
            'stop what uses that address or choose another host or port',
          { cause: error },
        ),
      );
    });
    server.listen(address.port, address.host, resolve);
  });
  const { address: host, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
