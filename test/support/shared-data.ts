// Real exams from ../shared/data, unpacked once a test run into a folder of their own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InputInstance } from '../../src/result.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/data');

const ARCHIVES = {
  SCD0000101: 'sunnybrook/SCD0000101.tar.xz',
  'SCD0000101-scout': 'sunnybrook/SCD0000101-scout.tar.xz',
  SCD0000201: 'sunnybrook/SCD0000201.tar.xz',
  'SCD0000201-scout': 'sunnybrook/SCD0000201-scout.tar.xz',
  SCD0000301: 'sunnybrook/SCD0000301.tar.xz',
  'SCD0000301-scout': 'sunnybrook/SCD0000301-scout.tar.xz',
  'SC-N-02-ed-es': 'sunnybrook/SC-N-02-ed-es.tar.xz',
  siemens: 'siemens/siemens.tar.xz',
} as const;

export type SharedExam = keyof typeof ARCHIVES;

/** False where the shared data are not beside the checkout: the test then skips. */
export const hasSharedData = existsSync(join(root, 'README.md'));

const unpacked = new Map<SharedExam, string>();

/** Folder with the exam's files, removed when the process ends. */
export function sharedExamFolder(name: SharedExam): string {
  const known = unpacked.get(name);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'cinemyops-test-data-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  execFileSync('tar', ['xJf', join(root, ARCHIVES[name]), '-C', folder]);
  unpacked.set(name, folder);
  return folder;
}

/** All files of the exams named, as they would come in. */
export function readSharedExam(...names: readonly SharedExam[]): InputInstance[] {
  return names.flatMap((name) =>
    readdirSync(sharedExamFolder(name), { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath, e.name))
      .map((path) => ({ name: basename(path), bytes: readFileSync(path) })),
  );
}
