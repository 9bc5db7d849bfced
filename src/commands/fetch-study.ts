// The MR instances of one study in Orthanc.
import type { ServeConfig } from '../config.ts';
import { readStudySource } from '../listen/study-source.ts';
import { createOrthancClient } from '../orthanc/client.ts';
import type { Progress } from '../progress.ts';
import type { InputInstance } from '../result.ts';
import { connectionOf } from './serve/connection-of.ts';
import { fetchImages } from './serve/fetch-images.ts';

/**
 * Fetches every MR series of a study by WADO-RS.
 *
 * @returns nothing for a study without MR
 * @throws {NodeError} `configuration-invalid`, `not-found`, `study-too-large`, `orthanc-unreachable`, `orthanc-unauthorized`
 *   or `orthanc-answer`
 */
export async function fetchStudy(
  orthancStudyId: string,
  { orthanc, listen }: Pick<ServeConfig, 'orthanc' | 'listen'>,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<InputInstance[]> {
  const client = createOrthancClient({ ...connectionOf(orthanc), signal });
  const source = await readStudySource(client, orthancStudyId);
  if (source === undefined) return [];
  progress('fetch', 0, 1);
  const instances = await fetchImages(
    {
      client,
      dicomWebRoot: orthanc.dicomWebRoot,
      maxStudyBytes: listen.maxStudyMegabytes * 1e6,
    },
    source,
  );
  progress('fetch', 1, 1);
  return instances;
}
