// The MR images of one study, as far as they fit into memory.
import { NodeError } from '../../errors.ts';
import type { StudySource } from '../../listen/study-source.ts';
import type { OrthancClient } from '../../orthanc/client.ts';
import { retrieveSeries } from '../../orthanc/retrieve-series.ts';
import type { InputInstance } from '../../result.ts';

export interface FetchParts {
  readonly client: OrthancClient;
  readonly dicomWebRoot: string;
  readonly maxStudyBytes: number;
}

/**
 * Fetches series after series by WADO-RS.
 *
 * @throws {NodeError} `study-too-large` when there is more than the node may hold
 * @throws {NodeError} `configuration-invalid` when DICOMweb does not find what Orthanc has
 * @throws {NodeError} `not-found`, `orthanc-unreachable`, `orthanc-unauthorized`, `orthanc-answer`
 */
export async function fetchImages(
  parts: FetchParts,
  source: StudySource,
): Promise<InputInstance[]> {
  const { client, maxStudyBytes } = parts;
  const { seriesInstanceUids, orthancSeriesIds } = source;
  let bytes = 0;
  for (const id of orthancSeriesIds) bytes += await client.seriesBytes(id);
  if (bytes > maxStudyBytes)
    throw new NodeError(
      'study-too-large',
      `expected at most ${megabytes(maxStudyBytes)} MB of MR images in the study, got ` +
        `${megabytes(bytes)} MB: raise listen.maxStudyMegabytes if the machine has the memory`,
    );
  const instances: InputInstance[] = [];
  for (let i = 0; i < seriesInstanceUids.length; i++)
    for (const instance of await fetchSeries(parts, source, i)) instances.push(instance);
  return instances;
}

/** A wrong root answers 404 as well, so Orthanc itself is asked whether the series is gone. */
async function fetchSeries(
  { client, dicomWebRoot }: FetchParts,
  { studyInstanceUid, seriesInstanceUids, orthancSeriesIds }: StudySource,
  index: number,
): Promise<InputInstance[]> {
  const address = { studyInstanceUid, seriesInstanceUid: seriesInstanceUids[index] };
  try {
    return await retrieveSeries(client.connection, address, { dicomWebRoot });
  } catch (error) {
    if (!(error instanceof NodeError) || error.code !== 'not-found') throw error;
    await client.series(orthancSeriesIds[index]);
    throw new NodeError(
      'configuration-invalid',
      `expected DICOMweb under ${dicomWebRoot} to have the images, got HTTP 404, and Orthanc itself ` +
        'has them: is the DICOMweb plug-in loaded, and is --dicomweb-root its Root?',
      { cause: error },
    );
  }
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
