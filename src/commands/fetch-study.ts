// The MR instances of one study in Orthanc.
import type { ServeConfig } from '../config.ts';
import { createOrthancClient } from '../orthanc/client.ts';
import { retrieveSeries } from '../orthanc/retrieve-series.ts';
import type { Progress } from '../progress.ts';
import type { InputInstance } from '../result.ts';

/**
 * Fetches every MR series of a study by WADO-RS.
 *
 * @throws {NodeError} `not-found`, `orthanc-unreachable`, `orthanc-unauthorized` or `orthanc-answer`
 */
export async function fetchStudy(
  orthancStudyId: string,
  settings: ServeConfig['orthanc'],
  progress: Progress,
): Promise<InputInstance[]> {
  const { url, user, password, timeoutSeconds, dicomWebRoot } = settings;
  const connection = {
    url: url.replace(/\/$/, ''),
    user,
    password,
    timeoutMs: 1000 * timeoutSeconds,
  };
  const client = createOrthancClient(connection);
  const { studyInstanceUid, orthancSeriesIds } = await client.study(orthancStudyId);
  const instances: InputInstance[] = [];
  for (const [i, orthancSeriesId] of orthancSeriesIds.entries()) {
    const { modality, seriesInstanceUid } = await client.series(orthancSeriesId);
    if (modality === 'MR') {
      const address = { studyInstanceUid, seriesInstanceUid };
      for (const instance of await retrieveSeries(connection, address, { dicomWebRoot })) {
        instances.push(instance);
      }
    }
    progress('fetch', i + 1, orthancSeriesIds.length);
  }
  return instances;
}
