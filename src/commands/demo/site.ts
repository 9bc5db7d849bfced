// Addresses, secrets and folders of one demo.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NodeError } from '../../errors.ts';
import type { CommandIo } from '../command.ts';
import { freePort } from './free-port.ts';

const FOLDERS = ['orthanc', 'state', 'exam', 'logs'] as const;
const REQUEST_TIMEOUT_MS = 10_000;

export const DEMO_USER = 'demo';

export interface Site {
  readonly orthancUrl: string;
  readonly orthancPassword: string;
  readonly dicomPort: number;
  readonly nodeUrl: string;
  readonly nodePassword: string;
  readonly folders: Readonly<Record<(typeof FOLDERS)[number], string>>;
  /** The settings that Orthanc and the node read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Empties the demo's folder and chooses free ports and new passwords.
 *
 * @throws {NodeError} `usage` when the folder holds anything that no demo made
 */
export async function prepareSite(folder: string, env: CommandIo['env']): Promise<Site> {
  const folders = emptyFolders(folder);
  const [httpPort, dicomPort, webPort] = [
    await freePort(8042),
    await freePort(4242),
    await freePort(8043),
  ];
  const orthancUrl = `http://127.0.0.1:${httpPort}`;
  const nodeUrl = `http://127.0.0.1:${webPort}`;
  const [orthancPassword, nodePassword] = [newPassword(), newPassword()];
  return {
    ...{ orthancUrl, orthancPassword, dicomPort, nodeUrl, nodePassword, folders },
    env: {
      ...withoutOwnSettings(env),
      ORTHANC_HTTP_PORT: String(httpPort),
      ORTHANC_DICOM_PORT: String(dicomPort),
      ORTHANC_STORAGE: folders.orthanc,
      ORTHANC_STABLE_AGE: '3',
      ORTHANC_USER: DEMO_USER,
      ORTHANC_PASSWORD: orthancPassword,
      CINEMYOPS_URL: nodeUrl,
      CINEMYOPS_ORTHANC_URL: orthancUrl,
      CINEMYOPS_ORTHANC_USER: DEMO_USER,
      CINEMYOPS_ORTHANC_PASSWORD: orthancPassword,
      CINEMYOPS_WEB_PORT: String(webPort),
      CINEMYOPS_WEB_USER: DEMO_USER,
      CINEMYOPS_WEB_PASSWORD: nodePassword,
      CINEMYOPS_STATE_DIR: folders.state,
    },
  };
}

/** Asks Orthanc or the node, with the password of the one or the other. */
export function request(site: Site, url: string): Promise<Response> {
  const password = url.startsWith(site.orthancUrl) ? site.orthancPassword : site.nodePassword;
  const authorization = `Basic ${Buffer.from(`${DEMO_USER}:${password}`).toString('base64')}`;
  return fetch(url, {
    headers: { authorization },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
}

/** A hospital's settings in the environment are not for the demo, except which model runs on what. */
function withoutOwnSettings(env: CommandIo['env']): Record<string, string | undefined> {
  const kept = /^CINEMYOPS_(MODEL|MODELS_DIR|DEVICE|LOG_LEVEL)$/;
  const isForeign = ([name]: readonly [string, unknown]) => !/^(ORTHANC|CINEMYOPS)_/.test(name);
  return Object.fromEntries(Object.entries(env).filter((e) => isForeign(e) || kept.test(e[0])));
}

function emptyFolders(folder: string): Site['folders'] {
  const known: readonly string[] = FOLDERS;
  const foreign = existsSync(folder) ? readdirSync(folder).filter((f) => !known.includes(f)) : [];
  if (foreign.length > 0)
    throw new NodeError(
      'usage',
      `expected --dir to be a folder of the demo alone, got ${folder} with other files in it; ` +
        'choose another',
    );
  const path = (name: (typeof FOLDERS)[number]) => join(folder, name);
  for (const name of FOLDERS) {
    rmSync(path(name), { recursive: true, force: true });
    mkdirSync(path(name), { recursive: true });
  }
  return {
    orthanc: path('orthanc'),
    state: path('state'),
    exam: path('exam'),
    logs: path('logs'),
  };
}

const newPassword = (): string => randomBytes(6).toString('hex');
