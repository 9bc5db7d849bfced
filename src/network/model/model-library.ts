// A folder of models: one folder a version.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeError } from '../../errors.ts';
import { VERSION_PATTERN } from './manifest.ts';

/** Versions in a folder of models: those that have a manifest, in the order of numbers within names. */
export async function listVersions(modelsDir: string): Promise<string[]> {
  const entries = await readdir(modelsDir, { withFileTypes: true }).catch(() => []);
  const versions: string[] = [];
  for (const entry of entries) {
    if (VERSION_PATTERN.test(entry.name) && (await hasManifest(join(modelsDir, entry.name)))) {
      versions.push(entry.name);
    }
  }
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/**
 * The folder of a version.
 *
 * @throws {NodeError} `model-missing` with the versions that exist
 */
export async function findModel(modelsDir: string, version: string): Promise<string> {
  const versions = await listVersions(modelsDir);
  if (versions.includes(version)) return join(modelsDir, version);
  const existing = versions.length === 0 ? 'there are none' : `there are ${versions.join(', ')}`;
  throw new NodeError(
    'model-missing',
    `expected model '${version.slice(0, 80)}' in ${modelsDir}; ${existing}`,
  );
}

async function hasManifest(folder: string): Promise<boolean> {
  return stat(join(folder, 'manifest.json')).then(
    (found) => found.isFile(),
    () => false,
  );
}
