// The folder layout of the CineMyoPS authors: one slice a case file, one file a frame.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeError } from '../errors.ts';

const FRAME_FILE = /^(?<patient>[A-Za-z0-9-]+)_s(?<slice>\d+)_(?<frame>\d{4})\.nii(\.gz)?$/;

/** One slice: its frames from end diastole on. */
export interface SliceFiles {
  /** `CaseXXXX_sNN`: the name of its label file, without the ending. */
  readonly name: string;
  /** NN. */
  readonly slice: number;
  /** Paths in the order of time. */
  readonly frames: readonly string[];
}

export interface CaseFiles {
  /** `CaseXXXX`. */
  readonly patient: string;
  /** By slice number. */
  readonly slices: readonly SliceFiles[];
}

/** True when the folder holds a file named like a frame. */
export async function isAuthorsLayout(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => FRAME_FILE.test(name));
}

/**
 * Lists the cases of a folder of `CaseXXXX_sNN_0000.nii.gz` and so on.
 *
 * @returns cases by name
 * @throws {NodeError} `not-found` when there are none
 * @throws {NodeError} `exam-incomplete` when a slice lacks a frame that another one has
 */
export async function listCases(folder: string): Promise<CaseFiles[]> {
  const names = await readdir(folder).catch(() => []);
  const slices = new Map<string, { patient: string; slice: number; frames: Map<number, string> }>();
  for (const file of names) {
    const groups = FRAME_FILE.exec(file)?.groups;
    if (groups === undefined) continue;
    const name = `${groups['patient']}_s${groups['slice']}`;
    const own = slices.get(name) ?? {
      patient: groups['patient'],
      slice: Number(groups['slice']),
      frames: new Map<number, string>(),
    };
    own.frames.set(Number(groups['frame']), join(folder, file));
    slices.set(name, own);
  }
  if (slices.size === 0)
    throw new NodeError(
      'not-found',
      'expected files named CaseXXXX_sNN_0000.nii.gz, CaseXXXX_sNN_0001.nii.gz and so on, found none',
    );
  const cases = new Map<string, SliceFiles[]>();
  for (const [name, { patient, slice, frames }] of slices) {
    const own = { name, slice, frames: orderedFrames(name, frames) };
    cases.set(patient, [...(cases.get(patient) ?? []), own]);
  }
  return [...cases]
    .map(([patient, own]) => ({ patient, slices: ofOneLength(patient, own) }))
    .toSorted((a, b) => (a.patient < b.patient ? -1 : 1));
}

function orderedFrames(name: string, frames: ReadonlyMap<number, string>): string[] {
  return Array.from({ length: frames.size }, (_, i) => {
    const path = frames.get(i);
    if (path !== undefined) return path;
    const missing = `${name}_${String(i).padStart(4, '0')}`;
    throw new NodeError(
      'exam-incomplete',
      `expected frames 0000 to ${String(Math.max(...frames.keys())).padStart(4, '0')} of ${name}, found no ${missing}`,
    );
  });
}

function ofOneLength(patient: string, slices: readonly SliceFiles[]): SliceFiles[] {
  const ordered = slices.toSorted((a, b) => a.slice - b.slice);
  const most = Math.max(...ordered.map(({ frames }) => frames.length));
  const short = ordered.find(({ frames }) => frames.length !== most);
  if (short === undefined) return ordered;
  throw new NodeError(
    'exam-incomplete',
    `expected ${most} frames in every slice of ${patient}, got ${short.frames.length} in ${short.name}`,
  );
}
