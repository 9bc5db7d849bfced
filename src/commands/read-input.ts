// What `process` is given: a folder, a file, a zip or an Orthanc study -> DICOM instances.
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unzip, type UnzipFileInfo } from 'fflate';
import { NodeError, messageOf } from '../errors.ts';
import type { InputInstance } from '../result.ts';

/** A zip may claim no more than this when unpacked. */
const MAX_ZIP_BYTES = 8 * 1024 ** 3;

/** Preamble and prefix of a DICOM Part 10 file (PS3.10 7.1). */
const HEAD_BYTES = 132;

/** Orthanc's identifiers: a SHA-1 in five groups. */
export const ORTHANC_ID = /^[0-9a-f]{8}(-[0-9a-f]{8}){4}$/;

/**
 * Reads a folder (with all below it), a zip or a single file.
 *
 * @returns instances in the order of their paths; hidden files and DICOMDIR are left out
 * @throws {NodeError} `usage` when there is no such path
 * @throws {NodeError} `not-dicom` when a zip cannot be unpacked
 */
export async function readInput(path: string): Promise<InputInstance[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new NodeError(
      'usage',
      `expected a folder, a file, a zip or an Orthanc study id, got a path where nothing is: check the path`,
      { cause },
    );
  });
  if (found.isDirectory()) return readFolder(path);
  const bytes = await readFile(path);
  const isZip = bytes.length >= 4 && bytes.readUInt32LE(0) === 0x04034b50;
  return isZip ? readZip(bytes) : [{ name: basename(path), bytes }];
}

async function readFolder(folder: string): Promise<InputInstance[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((e) => e.isFile() && isCandidate(e.name))
    .map((e) => join(e.parentPath, e.name))
    .toSorted();
  const instances: InputInstance[] = [];
  for (const path of paths) instances.push({ name: basename(path), bytes: await readDicom(path) });
  return instances;
}

/** The whole file when it is DICOM Part 10, else its head alone, which tells that it is not. */
async function readDicom(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    const isDicom = head.toString('latin1', HEAD_BYTES - 4) === 'DICM';
    return isDicom ? await readFile(path) : head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readZip(bytes: Uint8Array): Promise<InputInstance[]> {
  let claimedBytes = 0;
  const filter = ({ name, originalSize }: UnzipFileInfo): boolean => {
    if (name.endsWith('/') || !isCandidate(basename(name))) return false;
    claimedBytes += originalSize;
    return claimedBytes <= MAX_ZIP_BYTES;
  };
  const files = await new Promise<Record<string, Uint8Array>>((resolve, reject) => {
    unzip(bytes, { filter }, (error, data) => {
      if (error === null) resolve(data);
      else reject(error);
    });
  }).catch((cause: unknown) => {
    throw new NodeError(
      'not-dicom',
      `expected a zip of DICOM files, got one that cannot be unpacked: ${messageOf(cause)}`,
      { cause },
    );
  });
  if (claimedBytes > MAX_ZIP_BYTES) {
    throw new NodeError(
      'not-dicom',
      `expected a zip of at most ${MAX_ZIP_BYTES} bytes unpacked, got one that claims ${claimedBytes}: unpack it and give the folder`,
    );
  }
  return Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, content]) => ({ name: basename(name), bytes: content }));
}

function isCandidate(name: string): boolean {
  return !name.startsWith('.') && name !== 'DICOMDIR';
}
