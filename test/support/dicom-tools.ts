// The validators and readers that are not ours, from Debian: dicom3tools, dcmtk, pydicom, PixelMed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand } from './has-command.ts';

/** What a tool printed, both streams together, and how it ended. */
export interface ToolAnswer {
  readonly lines: readonly string[];
  readonly status: number | null;
}

const PIXELMED_JAR = '/usr/share/java/pixelmed.jar';

// JDK 17 limits XPath expressions, and PixelMed's templates are longer.
const PIXELMED_OPTIONS = [
  '-Djdk.xml.xpathExprOpLimit=0',
  '-Djdk.xml.xpathExprGrpLimit=0',
  '-Djdk.xml.xpathTotalOpLimit=0',
];

/** Runs a tool; a test that needs one which is not installed skips with `missingTool`. */
export function runTool(command: string, args: readonly string[]): ToolAnswer {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
  });
  if (error !== undefined) throw error;
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trimEnd());
  return { lines: lines.filter((line) => line !== ''), status };
}

/** Checks a structured report against its template. */
export function runPixelMed(file: string): ToolAnswer {
  const validator = 'com.pixelmed.validate.DicomSRValidator';
  return runTool('java', [...PIXELMED_OPTIONS, '-cp', PIXELMED_JAR, validator, file]);
}

/** @returns the Debian package to install, or undefined when the tool is there */
export function missingTool(
  tool: 'dciodvfy' | 'dcentvfy' | 'dsrdump' | 'dcmdump' | 'pixelmed' | 'pydicom',
): string | undefined {
  switch (tool) {
    case 'dciodvfy':
    case 'dcentvfy':
      return hasCommand(tool) ? undefined : 'dicom3tools';
    case 'dsrdump':
    case 'dcmdump':
      return hasCommand(tool) ? undefined : 'dcmtk';
    case 'pixelmed':
      return existsSync(PIXELMED_JAR) && hasCommand('java') ? undefined : 'libpixelmed-java';
    case 'pydicom':
      return runsPython('import numpy, pydicom') ? undefined : 'python3-pydicom python3-numpy';
  }
}

/** A folder for the length of one test. */
export function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'cinemyops-test-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes bytes under a name. @returns the path */
export function writeIn(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Debian's Python, whose packages are Debian's: another one on the path has others. */
export const PYTHON = '/usr/bin/python3';

function runsPython(code: string): boolean {
  return existsSync(PYTHON) && spawnSync(PYTHON, ['-c', code]).status === 0;
}
