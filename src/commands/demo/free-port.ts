// TCP ports of this machine.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** The port wanted, or any free one when something listens there already. */
export async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

/** Binds to every address, as Orthanc does: a port taken on one of them counts as taken. */
async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
