// Small files that survive a power cut: the old content or the new, never half of either.
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

const PRIVATE = 0o600;

/** Writes beside the file, flushes, and moves into place; the folder is made when absent. */
export async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  await writeFlushed(draft, content, PRIVATE);
  await rename(draft, file);
  await flushFolder(folder);
}

/** Writes a file whose content is on the disk when this resolves; its name may not be before `flushFolder`. */
export async function writeFlushed(
  file: string,
  content: string | Uint8Array,
  mode?: number,
): Promise<void> {
  const handle = await open(file, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without this a new name in the folder may be lost although the content is safe. */
export async function flushFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The content of a file, or undefined when there is none. */
export async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
