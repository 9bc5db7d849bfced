// Exams that the node has analysed and on which someone else has drawn: copied out of Orthanc, one folder each.
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSegmentation } from '../../../dicom/read-segmentation.ts';
import { decodePart10 } from '../../../dicom/part10.ts';
import { NodeError } from '../../../errors.ts';
import { shortHash } from '../../../fingerprint.ts';
import { readStudySource } from '../../../listen/study-source.ts';
import { type Log, withoutUids } from '../../../log.ts';
import { retrieveSeries } from '../../../orthanc/retrieve-series.ts';
import type { InputInstance } from '../../../result.ts';
import { SOFTWARE } from '../../../software.ts';
import { checkExpertExam } from '../../../train/expert-source.ts';
import { fetchImages, type FetchParts } from '../fetch-images.ts';

export interface CollectParts extends FetchParts {
  /** Orthanc's ids of the studies to look at: those that the node has analysed. */
  readonly studies: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface DrawnStudies {
  /** Orthanc's ids of the studies that hold an expert's segmentation, usable or not. */
  readonly studies: readonly string[];
  /** Changes when a segmentation comes, changes or goes. */
  readonly key: string;
}

/**
 * Which studies somebody else has drawn on; no image is read for it.
 *
 * @throws {NodeError} as a request to Orthanc does
 */
export async function findDrawnStudies(parts: CollectParts): Promise<DrawnStudies> {
  const drawnStudies: string[] = [];
  const keys: string[] = [];
  await eachUsable(parts, async (orthancStudyId) => {
    const drawn = await expertSegmentations(parts, orthancStudyId);
    if (drawn.length > 0) drawnStudies.push(orthancStudyId);
    for (const { bytes } of drawn) keys.push(createHash('sha256').update(bytes).digest('hex'));
  });
  return { studies: drawnStudies, key: shortHash(keys.toSorted().join()) };
}

/**
 * Copies exams with experts' segmentations to `folder/HASH`. Exams that cannot be trained on are left out with a
 * word in the log.
 *
 * @returns how many were copied
 * @throws {NodeError} as a request to Orthanc does
 */
export async function copyDrawnExams(parts: CollectParts, folder: string): Promise<number> {
  let count = 0;
  await eachUsable(parts, async (orthancStudyId) => {
    await copyExam(parts, orthancStudyId, join(folder, shortHash(orthancStudyId)));
    count++;
  });
  return count;
}

async function eachUsable(
  { studies, log, signal }: CollectParts,
  work: (orthancStudyId: string) => Promise<void>,
): Promise<void> {
  for (const orthancStudyId of studies) {
    signal.throwIfAborted();
    try {
      await work(orthancStudyId);
    } catch (error) {
      if (!(error instanceof NodeError) || error.disposition === 'retry') throw error;
      const reason = withoutUids(error.message);
      log.warn({ orthancStudyId, reason }, 'an expert’s segmentation is not trained on');
    }
  }
}

/** Segmentations of a study that the node did not make. */
async function expertSegmentations(
  { client, dicomWebRoot }: CollectParts,
  orthancStudyId: string,
): Promise<InputInstance[]> {
  const { studyInstanceUid } = await client.study(orthancStudyId);
  const drawn: InputInstance[] = [];
  for (const series of await client.seriesOfStudy(orthancStudyId)) {
    // Its own results are many; most need not be read to know them.
    if (series.modality !== 'SEG' || series.manufacturer === SOFTWARE.manufacturer) continue;
    const address = { studyInstanceUid, seriesInstanceUid: series.seriesInstanceUid };
    for (const instance of await retrieveSeries(client.connection, address, { dicomWebRoot }))
      if (isSegmentation(decodePart10(instance.bytes))) drawn.push(instance);
  }
  return drawn;
}

/** Leaves no folder of an exam that cannot be trained on. */
async function copyExam(
  parts: CollectParts,
  orthancStudyId: string,
  folder: string,
): Promise<void> {
  const source = await readStudySource(parts.client, orthancStudyId);
  if (source === undefined) throw new NodeError('not-found', 'expected MR images in the study');
  const images = await fetchImages(parts, source);
  const instances = [...images, ...(await expertSegmentations(parts, orthancStudyId))];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    for (const [i, { bytes }] of instances.entries())
      await writeFile(join(folder, `${String(i).padStart(6, '0')}.dcm`), bytes, { mode: 0o600 });
    await checkExpertExam(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
