// Fetching whole series from Orthanc by WADO-RS.
import { NodeError } from '../errors.ts';
import { multipartBoundary, readMultipart } from '../multipart.ts';
import type { InputInstance } from '../result.ts';
import { bodyChunks, request, type Connection } from './connection.ts';

export interface SeriesAddress {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

export interface RetrieveOptions {
  /** Path of the DICOMweb plug-in, for example `/dicom-web`. */
  readonly dicomWebRoot: string;
}

/**
 * Every instance of a series as it is stored: whatever its transfer syntax, nothing is transcoded.
 *
 * @throws {NodeError} `not-found` when the series is gone
 * @throws {NodeError} `orthanc-unreachable`, `orthanc-unauthorized` or `orthanc-answer` as `request`
 */
export async function retrieveSeries(
  connection: Connection,
  { studyInstanceUid, seriesInstanceUid }: SeriesAddress,
  { dicomWebRoot }: RetrieveOptions,
): Promise<InputInstance[]> {
  const response = await request(
    connection,
    `${dicomWebRoot.replace(/\/$/, '')}/studies/${studyInstanceUid}/series/${seriesInstanceUid}`,
    {
      headers: { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
    },
  );
  const boundary = multipartBoundary(response.headers.get('content-type') ?? undefined);
  if (boundary === undefined) {
    await response.body?.cancel();
    throw new NodeError(
      'orthanc-answer',
      `expected a multipart answer from ${dicomWebRoot}, got ` +
        `${response.headers.get('content-type') ?? 'no content type'}: is the DICOMweb plug-in there?`,
    );
  }
  const chunks = bodyChunks(connection, response);
  const options = {
    boundary,
    keepBytes: Number.POSITIVE_INFINITY,
    code: 'orthanc-answer',
  } as const;
  const instances: InputInstance[] = [];
  for await (const { bytes } of readMultipart(chunks, options))
    instances.push({ name: `instance ${instances.length + 1} of the series`, bytes });
  return instances;
}
