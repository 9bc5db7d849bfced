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
 * @throws {NodeError} `not-found`, `orthanc-unreachable`, `orthanc-unauthorized`, `orthanc-answer`
 */
export async function fetchImages(
  { client, dicomWebRoot, maxStudyBytes }: FetchParts,
  { studyInstanceUid, seriesInstanceUids, orthancSeriesIds }: StudySource,
): Promise<InputInstance[]> {
  let bytes = 0;
  for (const id of orthancSeriesIds) bytes += await client.seriesBytes(id);
  if (bytes > maxStudyBytes)
    throw new NodeError(
      'study-too-large',
      `expected at most ${megabytes(maxStudyBytes)} MB of MR images in the study, got ` +
        `${megabytes(bytes)} MB: raise listen.maxStudyMegabytes if the machine has the memory`,
    );
  const instances: InputInstance[] = [];
  for (const seriesInstanceUid of seriesInstanceUids) {
    const address = { studyInstanceUid, seriesInstanceUid };
    for (const instance of await retrieveSeries(client.connection, address, { dicomWebRoot }))
      instances.push(instance);
  }
  return instances;
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
