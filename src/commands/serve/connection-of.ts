// How to reach the Orthanc of the configuration.
import type { ServeConfig } from '../../config.ts';
import type { Connection } from '../../orthanc/connection.ts';

export function connectionOf(orthanc: ServeConfig['orthanc']): Connection {
  const { url, user, password, timeoutSeconds } = orthanc;
  return { url: url.replace(/\/+$/, ''), user, password, timeoutMs: 1000 * timeoutSeconds };
}
