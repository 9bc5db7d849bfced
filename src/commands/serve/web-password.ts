// The status page's password when nobody gave one.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readIfPresent, writeDurably } from '../../durable-file.ts';

/** Made once and kept, readable by the node's user alone. */
export async function keptPassword(
  stateDir: string,
): Promise<{ readonly password: string; readonly file: string }> {
  const file = join(stateDir, 'web-password');
  const kept = (await readIfPresent(file))?.trim();
  if (kept !== undefined && kept !== '') return { password: kept, file };
  const password = randomBytes(18).toString('base64url');
  await writeDurably(file, `${password}\n`);
  return { password, file };
}
