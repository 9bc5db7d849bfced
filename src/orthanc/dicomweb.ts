// STOW-RS and QIDO-RS through dicomweb-client, with time-outs and our errors.
import { api, type DICOMwebClient } from 'dicomweb-client';
import { z } from 'zod';
import { NodeError } from '../errors.ts';
import { authorizationOf, errorOfStatus, unreachable, type Connection } from './connection.ts';
import { FetchRequest } from './fetch-request.ts';

/** A request to store may be large and Orthanc answers only when all is written. */
const STORE_TIMEOUT_FACTOR = 4;

const Uid = z.object({ Value: z.array(z.string()).min(1) });
const Reason = z.object({ Value: z.array(z.number()).min(1) });
const InstanceItem = z.object({ '00081155': Uid });
const FailedItem = z.object({ '00081155': Uid, '00081197': Reason.optional() });
const StowAnswer = z.object({
  '00081199': z.object({ Value: z.array(InstanceItem).default([]) }).optional(),
  '00081198': z.object({ Value: z.array(FailedItem).default([]) }).optional(),
});
const QidoAnswer = z.array(z.object({ '00080018': Uid }));

/** What a server says that it did with each instance (PS3.18, I.2.2). */
export interface StoreAnswer {
  readonly status: number;
  /** SOP Instance UIDs of ReferencedSOPSequence. */
  readonly stored: readonly string[];
  /** Of FailedSOPSequence, with the FailureReason where one is given. */
  readonly failed: readonly { readonly sopInstanceUid: string; readonly failureReason?: number }[];
}

export interface SeriesOfStudy {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** A DICOMweb server that objects can be stored in. */
export interface DicomWebStore {
  /**
   * Stores files in one request.
   *
   * @returns what the server says of each; a refusal of single instances is not an error
   * @throws {NodeError} `orthanc-unreachable`, `orthanc-unauthorized`
   * @throws {NodeError} `orthanc-answer` when the server failed by itself (HTTP 5xx)
   * @throws {NodeError} `store-refused` when the request was refused as a whole
   */
  readonly store: (files: readonly Uint8Array[]) => Promise<StoreAnswer>;
  /**
   * SOP Instance UIDs that the server has of a series.
   *
   * @returns an empty list when it knows neither series nor study
   */
  readonly instancesOf: (series: SeriesOfStudy) => Promise<string[]>;
}

/** @param connection - its `url` is the root of the DICOMweb services, without a slash at the end */
export function createDicomWebStore(connection: Connection): DicomWebStore {
  const authorization = authorizationOf(connection);
  const client = new api.DICOMwebClient({
    url: connection.url,
    headers: {
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      Accept: 'application/dicom+json',
    },
    // True would write requests with their Authorization header to the console.
    verbose: false,
  });
  return {
    store: (files) => store(connection, client, files),
    instancesOf: (series) => instancesOf(connection, client, series),
  };
}

async function store(
  connection: Connection,
  client: DICOMwebClient,
  files: readonly Uint8Array[],
): Promise<StoreAnswer> {
  const exchange = new FetchRequest(STORE_TIMEOUT_FACTOR * connection.timeoutMs);
  await settled(client.storeInstances({ datasets: files, request: { instance: exchange } }));
  if (exchange.status === 0) throw unreachable(connection, exchange.failure);
  if (exchange.status === 401) throw errorOfStatus(connection, exchange.status, 'to store results');
  if (exchange.status >= 500) throw errorOfStatus(connection, exchange.status, 'a STOW request');
  const answer = StowAnswer.safeParse(parseJson(exchange.response));
  // 400 and 409 come with the same account of every instance as 200 and 202 do.
  if (!answer.success || (exchange.status >= 300 && !names(answer.data)))
    throw new NodeError(
      'store-refused',
      `the server refused to store the results (HTTP ${exchange.status}): is storing allowed for ` +
        'this user, and is the DICOMweb plug-in there?',
    );
  return {
    status: exchange.status,
    stored: (answer.data['00081199']?.Value ?? []).map(uidOf),
    failed: (answer.data['00081198']?.Value ?? []).map((item) => {
      const failureReason = item['00081197']?.Value.at(0);
      const sopInstanceUid = uidOf(item);
      return failureReason === undefined ? { sopInstanceUid } : { sopInstanceUid, failureReason };
    }),
  };
}

async function instancesOf(
  connection: Connection,
  client: DICOMwebClient,
  { studyInstanceUid, seriesInstanceUid }: SeriesOfStudy,
): Promise<string[]> {
  const exchange = new FetchRequest(connection.timeoutMs);
  await settled(
    client.searchForInstances({
      studyInstanceUID: studyInstanceUid,
      seriesInstanceUID: seriesInstanceUid,
      request: { instance: exchange },
    }),
  );
  if (exchange.status === 0) throw unreachable(connection, exchange.failure);
  // 204 and 404 are what other servers than Orthanc answer when there is no match.
  if (exchange.status === 204 || exchange.status === 404) return [];
  if (exchange.status >= 300) throw errorOfStatus(connection, exchange.status, 'a QIDO request');
  const answer = QidoAnswer.safeParse(exchange.response);
  if (!answer.success)
    throw new NodeError('orthanc-answer', 'the answer to a QIDO request is not DICOM JSON');
  return answer.data.map((item) => item['00080018'].Value[0] ?? '');
}

/** The exchange tells all; dicomweb-client's own error would carry the request and its header. */
async function settled(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}

const names = (answer: z.infer<typeof StowAnswer>): boolean =>
  (answer['00081199'] ?? answer['00081198']) !== undefined;

const uidOf = (item: z.infer<typeof InstanceItem>): string => item['00081155'].Value[0] ?? '';

function parseJson(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
