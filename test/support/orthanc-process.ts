// A real Orthanc for one test: free loopback ports, a folder of its own, the repository's configuration.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

const CONFIGURATION = fileURLToPath(new URL('../../orthanc', import.meta.url));

export interface OrthancOptions {
  /** Where Orthanc finds the node, for its plug-in and its "Send to DICOMweb server". */
  readonly nodeUrl?: string;
  /** Merged over the first level of the repository's orthanc.json. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** An Orthanc that a test may stop and start again on the same ports and the same storage. */
export interface OrthancProcess {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly nodePassword: string;
  readonly dicomPort: number;
  /** A folder of this Orthanc alone, for more files of the same test. */
  readonly folder: string;
  /** JSON of a REST route, with this Orthanc's credentials. */
  readonly get: (path: string) => Promise<unknown>;
  /** Any request, with this Orthanc's credentials. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Stops it and deletes everything that it stored, as after a lost disk. */
  readonly wipe: () => Promise<void>;
  /** Stops it and removes its folder. */
  readonly remove: () => Promise<void>;
}

/** True when Orthanc and its DICOMweb plug-in can be started on this machine. */
export function hasOrthanc(): boolean {
  const found = spawnSync('sh', [
    '-c',
    'command -v Orthanc && ls /usr/share/orthanc/plugins*/libOrthancDicomWeb.so',
  ]);
  return found.status === 0;
}

/** A TCP port of the loopback address that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts Orthanc and waits until it answers. */
export async function startOrthanc(options: OrthancOptions = {}): Promise<OrthancProcess> {
  const orthanc = await prepareOrthanc(options);
  await orthanc.start();
  return orthanc;
}

/** Chooses ports and a folder; nothing runs yet. */
export async function prepareOrthanc(options: OrthancOptions = {}): Promise<OrthancProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'cinemyops-orthanc-'));
  const [httpPort, dicomPort] = [await freePort(), await freePort()];
  const storage = join(folder, 'storage');
  mkdirSync(storage);
  cpSync(CONFIGURATION, join(folder, 'orthanc'), { recursive: true });
  addToConfiguration(join(folder, 'orthanc', 'orthanc.json'), options.configuration ?? {});
  const [url, user, password] = [`http://127.0.0.1:${httpPort}`, 'orthanc', 'orthanc-secret'];
  const nodePassword = 'node-secret';
  const env = {
    ...process.env,
    ORTHANC_USER: user,
    ORTHANC_PASSWORD: password,
    CINEMYOPS_WEB_PASSWORD: nodePassword,
    ...(options.nodeUrl === undefined ? {} : { CINEMYOPS_URL: options.nodeUrl }),
    ORTHANC_HTTP_PORT: String(httpPort),
    ORTHANC_DICOM_PORT: String(dicomPort),
    ORTHANC_STORAGE: storage,
    ORTHANC_STABLE_AGE: '1',
  };
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const request = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { ...(init.headers as Record<string, string> | undefined), authorization },
    });

  let child: ChildProcess | undefined;
  let output = '';
  const start = async () => {
    output = '';
    const started = spawn('sh', [join(folder, 'orthanc', 'start.sh')], { env });
    child = started;
    started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    started.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await waitFor('Orthanc to answer', async () => {
      if (started.exitCode !== null) throw new Error(`Orthanc ended:\n${output.slice(-2000)}`);
      return request('/system').then(
        (answer) => answer.ok,
        () => false,
      );
    });
  };
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (running?.exitCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  };
  const stop = () => end('SIGTERM');
  const emptyStorage = async () => {
    await end('SIGKILL');
    rmSync(storage, { recursive: true, force: true });
    mkdirSync(storage);
  };
  return {
    ...{ url, user, password, nodePassword, dicomPort, folder, start, stop },
    fetch: request,
    get: async (path) => (await request(path)).json(),
    wipe: emptyStorage,
    remove: async () => {
      // Nothing is to be kept, and an orderly end takes seconds.
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Orthanc takes the last of two equal keys; the file has comments, so it is edited as text. */
function addToConfiguration(file: string, extra: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(extra).map(
    ([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(v)}`,
  );
  if (entries.length === 0) return;
  const text = readFileSync(file, 'utf8').trimEnd();
  writeFileSync(file, `${text.slice(0, -1).trimEnd()},\n${entries.join(',\n')}\n}\n`);
}

/** Sends files as a scanner does, by C-STORE, in the order given. */
export async function storeByDimse(
  orthanc: OrthancProcess,
  files: readonly string[],
): Promise<void> {
  const child = spawn(
    'storescu',
    ['-aec', 'ORTHANC', '127.0.0.1', String(orthanc.dicomPort), ...files],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TCP_NODELAY: '1' } },
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`storescu failed: ${stderr}`);
}
