// The DICOM files of a case: a folder, or an archive of one.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { shownName } from '../contours/sunnybrook-name.ts';
import { NodeError } from '../errors.ts';
import type { InputInstance } from '../result.ts';

/** Reads all instances below a path. */
export type ReadInstances = (path: string) => Promise<InputInstance[]>;

export const ARCHIVE_ENDINGS = ['.tar.xz', '.tar.gz', '.tgz', '.tar'];

const run = promisify(execFile);

/**
 * Reads a folder as it is, an archive after unpacking it to a folder that is then removed.
 *
 * @throws {NodeError} `not-dicom` when `tar` cannot unpack it
 */
export async function readImages(path: string, read: ReadInstances): Promise<InputInstance[]> {
  if (!ARCHIVE_ENDINGS.some((ending) => path.endsWith(ending))) return read(path);
  const folder = await mkdtemp(join(tmpdir(), 'cinemyops-exam-'));
  try {
    await run('tar', ['-xf', path, '-C', folder]);
    return await read(folder);
  } catch (cause) {
    if (cause instanceof NodeError) throw cause;
    throw new NodeError(
      'not-dicom',
      `expected an archive that the program tar can unpack, got ${shownName(basename(path))}: look whether tar is installed and the archive whole`,
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
