// An HTTP server before a real Orthanc that passes all on, but for what a test refuses or changes.
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = { readonly status: number; readonly body?: string } | undefined;

/** What is answered in Orthanc's place, at once or later; undefined passes the request on. */
export type Interception = (method: string, path: string) => Answer | Promise<Answer>;

export interface FrontDoor {
  readonly url: string;
  /** Replaces what is intercepted; nothing at first. */
  readonly intercept: (interception: Interception) => void;
  readonly close: () => Promise<void>;
}

/** Opens a front door on a free loopback port. */
export async function openFrontDoor(orthancUrl: string): Promise<FrontDoor> {
  let current: Interception = () => undefined;
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const answer = await current(incoming.method ?? '', incoming.url ?? '');
    if (answer === undefined) passOn(orthancUrl, incoming, outgoing);
    else {
      incoming.resume();
      outgoing.writeHead(answer.status).end(answer.body ?? '');
    }
  };
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    intercept: (interception) => {
      current = interception;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function passOn(orthancUrl: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const options = { method: incoming.method, headers: incoming.headers };
  const onward = request(`${orthancUrl}${incoming.url ?? ''}`, options, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
