// Contours in the Sunnybrook text format (Radau et al., MIDAS Journal 2009).
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NodeError } from '../errors.ts';
import type { Corner } from './polygon.ts';
import { shownName } from './sunnybrook-name.ts';

const CONTOUR_FILE = /^IM-\d+-(?<number>\d+)-(?<kind>[io])contour-manual\.txt$/;

const FEWEST_CORNERS = 3;

/** One outline of the left ventricle. */
export interface DrawnContour {
  /** InstanceNumber of the image that it was drawn on. */
  readonly instanceNumber: number;
  /** `endo`: blood with papillary muscles; `epi`: myocardium with what it encloses. */
  readonly border: 'endo' | 'epi';
  readonly corners: readonly Corner[];
}

/**
 * Reads all contours of a folder and those below it.
 *
 * @throws {NodeError} `not-found` when there are none
 * @throws {NodeError} `array-invalid` for a file that is not one `x y` a line
 */
export async function readContours(folder: string): Promise<DrawnContour[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contours: DrawnContour[] = [];
  for (const entry of entries) {
    const groups = CONTOUR_FILE.exec(entry.name)?.groups;
    if (!entry.isFile() || groups === undefined) continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    contours.push({
      instanceNumber: Number(groups['number']),
      border: groups['kind'] === 'i' ? 'endo' : 'epi',
      corners: parseContour(text, entry.name),
    });
  }
  if (contours.length > 0) return contours.toSorted((a, b) => a.instanceNumber - b.instanceNumber);
  throw new NodeError(
    'not-found',
    `expected contours named IM-0001-NNNN-icontour-manual.txt in ${shownName(basename(folder))}, found none`,
  );
}

/**
 * Corners of one file: `x y` a line, 1-based.
 *
 * @param name - for messages
 * @returns 0-based corners
 */
export function parseContour(text: string, name: string): Corner[] {
  const corners = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i): Corner => {
      const [x, y, ...more] = line.trim().split(/\s+/).map(Number);
      if (more.length === 0 && Number.isFinite(x) && Number.isFinite(y)) return [x - 1, y - 1];
      throw malformed(name, `two numbers in line ${i + 1}, got something else`);
    });
  if (corners.length >= FEWEST_CORNERS) return corners;
  throw malformed(name, `${FEWEST_CORNERS} points or more, got ${corners.length}`);
}

const malformed = (name: string, problem: string): NodeError =>
  new NodeError('array-invalid', `contour ${name}: expected ${problem}`);
