// The node as an administrator runs it: `cinemyops serve` in a process of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExamStatus } from '../../src/exam-status.ts';
import type { OrthancProcess } from './orthanc-process.ts';
import { waitFor } from './wait-for.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export interface NodeOptions {
  /** The port that this Orthanc was told to find the node at. */
  readonly port: number;
  readonly modelsDir: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A node that a test may stop and start again with the same state. */
export interface NodeProcess {
  readonly url: string;
  /** Any request to the node's own server, with its credentials. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly exams: () => Promise<readonly ExamStatus[]>;
  /** What it wrote to stderr since the last start. */
  readonly log: () => string;
  readonly start: () => Promise<void>;
  /** Stops it as a service manager does, and gives its exit code. */
  readonly stop: () => Promise<number | null>;
  /** Ends it as a power cut does. */
  readonly kill: () => Promise<void>;
}

/** A node for this Orthanc, with its state in the Orthanc's folder; it does not run yet. */
export function prepareNode(orthanc: OrthancProcess, options: NodeOptions): NodeProcess {
  const { port, modelsDir } = options;
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    CINEMYOPS_ORTHANC_URL: orthanc.url,
    CINEMYOPS_ORTHANC_USER: orthanc.user,
    CINEMYOPS_ORTHANC_PASSWORD: orthanc.password,
    CINEMYOPS_WEB_PORT: String(port),
    CINEMYOPS_WEB_PASSWORD: orthanc.nodePassword,
    CINEMYOPS_STATE_DIR: join(orthanc.folder, 'node-state'),
    CINEMYOPS_MODELS_DIR: modelsDir,
    CINEMYOPS_MODEL: 'untrained',
    CINEMYOPS_DEVICE: 'cpu',
    CINEMYOPS_POLL: '0.2',
    ...options.env,
  };
  const authorization = `Basic ${Buffer.from(`cinemyops:${orthanc.nodePassword}`).toString('base64')}`;
  const request = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { ...(init.headers as Record<string, string> | undefined), authorization },
    });
  let child: ChildProcess | undefined;
  let log = '';

  const start = async () => {
    log = '';
    const started = spawn(process.execPath, ['--import', 'tsx', CLI, 'serve'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    started.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const isUp = async () => {
      if (started.exitCode !== null) throw new Error(`the node ended:\n${log.slice(-2000)}`);
      return request('/healthz').then(
        (answer) => answer.ok,
        () => false,
      );
    };
    await waitFor('the node to answer', isUp, { timeoutMs: START_TIMEOUT_MS });
  };
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (running === undefined) return null;
    if (running.exitCode !== null) return running.exitCode;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
    return running.exitCode;
  };
  const stop = () => end('SIGTERM');
  const kill = async () => {
    await end('SIGKILL');
  };
  return {
    ...{ url, start, stop, kill, fetch: request, log: () => log },
    exams: async () => (await (await request('/api/exams')).json()) as ExamStatus[],
  };
}
