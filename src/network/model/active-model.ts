// Which model version is in use: the configured one, or one that was promoted over it.
import { join } from 'node:path';
import { z } from 'zod';
import { readIfPresent, writeDurably } from '../../durable-file.ts';
import { messageOf, NodeError } from '../../errors.ts';

const FILE = 'active-model.json';

const fileSchema = z.object({
  schema: z.literal(1),
  /** The configured version that promotions began from. */
  configured: z.string(),
  /** Promoted over it, oldest first; the last is in use. */
  promoted: z.array(z.string()),
});

/** Where promoted models lie in the state folder. */
export const promotedModelsDir = (stateDir: string): string => join(stateDir, 'models');

/**
 * Versions from the configured one to the one in use. A configuration that names another version than the promotions
 * began from wins over them.
 *
 * @throws {NodeError} `state-unreadable` when the file is damaged
 */
export async function activeVersions(
  stateDir: string,
  configured: string,
): Promise<readonly [string, ...string[]]> {
  const saved = await readActive(stateDir);
  return saved?.configured === configured ? [configured, ...saved.promoted] : [configured];
}

/**
 * Puts a version in use in place of the one that it was compared with; it is on the disk when this resolves.
 *
 * @returns false, and changes nothing, when another one is in use by now
 */
export async function promoteModel(
  stateDir: string,
  configured: string,
  { version, inPlaceOf }: { readonly version: string; readonly inPlaceOf: string },
): Promise<boolean> {
  const versions = await activeVersions(stateDir, configured);
  if (versions.at(-1) !== inPlaceOf) return false;
  await writeActive(stateDir, configured, [...versions.slice(1), version]);
  return true;
}

/**
 * Puts the version before in use again.
 *
 * @throws {NodeError} `not-found` when no version was promoted
 * @throws {NodeError} `state-unreadable` when the file is damaged
 */
export async function rollBackModel(
  stateDir: string,
): Promise<{ readonly from: string; readonly to: string }> {
  const saved = await readActive(stateDir);
  const from = saved?.promoted.at(-1);
  if (saved === undefined || from === undefined)
    throw new NodeError(
      'not-found',
      `expected a promoted model in ${stateDir}, found none: the configured one is in use`,
    );
  const kept = saved.promoted.slice(0, -1);
  await writeActive(stateDir, saved.configured, kept);
  return { from, to: kept.at(-1) ?? saved.configured };
}

async function readActive(stateDir: string): Promise<z.infer<typeof fileSchema> | undefined> {
  const file = join(stateDir, FILE);
  const text = await readIfPresent(file);
  if (text === undefined) return undefined;
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new NodeError(
      'state-unreadable',
      `expected ${file} as this program writes it: ${messageOf(cause)}; without the file the configured model is in use`,
      { cause },
    );
  }
}

async function writeActive(
  stateDir: string,
  configured: string,
  promoted: readonly string[],
): Promise<void> {
  const text = JSON.stringify({ schema: 1, configured, promoted }, null, 2);
  await writeDurably(join(stateDir, FILE), `${text}\n`);
}
