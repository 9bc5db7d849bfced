// Orthanc's REST API, the part that the node uses; every answer is checked.
import { z } from 'zod';
import { NodeError } from '../errors.ts';
import {
  bodyText,
  request,
  routeOf,
  send,
  successful,
  type Connection,
  type RequestOptions,
} from './connection.ts';

/** `20261122T142330`, UTC. */
const OrthancTime = z.string().regex(/^\d{8}T\d{6}/);
const Change = z.object({ ChangeType: z.string(), ID: z.string(), Seq: z.number() });
const ChangesAnswer = z.object({ Changes: z.array(Change), Done: z.boolean(), Last: z.number() });
const StudyAnswer = z.object({
  ID: z.string(),
  IsStable: z.boolean(),
  LastUpdate: OrthancTime,
  MainDicomTags: z.object({ StudyInstanceUID: z.string() }),
  Series: z.array(z.string()),
});
/** Of a study that cannot be read, its name at least. */
const AnyStudyAnswer = z.object({ ID: z.string() });
const SeriesAnswer = z.object({
  ID: z.string(),
  IsStable: z.boolean(),
  LastUpdate: OrthancTime,
  MainDicomTags: z.object({
    SeriesInstanceUID: z.string(),
    Modality: z.string().default(''),
    Manufacturer: z.string().default(''),
  }),
  ParentStudy: z.string(),
  Instances: z.array(z.string()),
});
const LookupAnswer = z.array(z.object({ ID: z.string(), Type: z.string() }));
const SystemAnswer = z.object({ Version: z.string(), Name: z.string().default('') });
const StatisticsAnswer = z.object({ DiskSize: z.string() });

/** One entry of the change feed. */
export interface OrthancChange {
  readonly type: string;
  /** Orthanc's id of the resource that changed. */
  readonly id: string;
}

export interface ChangesPage {
  readonly changes: readonly OrthancChange[];
  /** True when there is nothing after this page. */
  readonly isDone: boolean;
  /** Give it as `since` to have what follows. */
  readonly last: number;
}

export interface OrthancStudy {
  readonly orthancStudyId: string;
  readonly studyInstanceUid: string;
  readonly orthancSeriesIds: readonly string[];
  readonly isStable: boolean;
  /** When Orthanc last received an instance of it, ms since 1970. */
  readonly updatedAtMs: number;
}

export interface OrthancSeries {
  readonly orthancSeriesId: string;
  readonly orthancStudyId: string;
  readonly seriesInstanceUid: string;
  readonly modality: string;
  /** Empty when the series does not say. */
  readonly manufacturer: string;
  readonly orthancInstanceIds: readonly string[];
  readonly isStable: boolean;
  /** When Orthanc last received an instance of it, ms since 1970. */
  readonly updatedAtMs: number;
}

export interface StudiesPage {
  readonly studies: readonly OrthancStudy[];
  /** Orthanc's ids of studies that it lists without what every study has. */
  readonly unreadable: readonly string[];
}

export interface PageOptions {
  readonly since: number;
  readonly limit: number;
}

/**
 * Orthanc's REST API. Every function throws the errors of `request`, and `orthanc-answer` when what
 * came back is not what Orthanc is known to answer.
 */
export interface OrthancClient {
  readonly connection: Connection;
  readonly system: () => Promise<{ readonly version: string }>;
  /** What changed after `since`; an unknown `since` silently means the beginning. */
  readonly changes: (page: PageOptions) => Promise<ChangesPage>;
  /** Sequence number of the newest change, 0 when there is none. */
  readonly lastChange: () => Promise<number>;
  /** Studies with at least one series of this modality. */
  readonly studiesWith: (modality: string, page: PageOptions) => Promise<StudiesPage>;
  readonly study: (orthancStudyId: string) => Promise<OrthancStudy>;
  readonly series: (orthancSeriesId: string) => Promise<OrthancSeries>;
  readonly seriesOfStudy: (orthancStudyId: string) => Promise<OrthancSeries[]>;
  /** Bytes on Orthanc's disk. */
  readonly seriesBytes: (orthancSeriesId: string) => Promise<number>;
  /** Orthanc's id of a study, or undefined when it has none of that UID. */
  readonly findStudy: (studyInstanceUid: string) => Promise<string | undefined>;
  /** What the node wrote beside a study; undefined when there is nothing, or nothing that this user may read. */
  readonly studyNote: (orthancStudyId: string, number: number) => Promise<string | undefined>;
  /**
   * Writes a text beside a study, outside of its DICOM files.
   *
   * @returns false when Orthanc does not allow it to this user, or to nobody
   */
  readonly writeStudyNote: (
    orthancStudyId: string,
    number: number,
    text: string,
  ) => Promise<boolean>;
  /**
   * Makes a DICOMweb server known to Orthanc, so that studies can be sent to it.
   *
   * @param route - with the server's name: `/dicom-web/servers/NAME`
   */
  readonly registerDicomWebServer: (route: string, server: DicomWebServer) => Promise<void>;
}

export interface DicomWebServer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

export function createOrthancClient(connection: Connection): OrthancClient {
  const get = <T>(path: string, schema: z.ZodType<T>): Promise<T> => json(connection, path, schema);
  const post = <T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> =>
    json(connection, path, schema, { method: 'POST', body: JSON.stringify(body) });
  return {
    connection,
    system: async () => ({ version: (await get('/system', SystemAnswer)).Version }),
    changes: async ({ since, limit }) =>
      changesPage(await get(`/changes?since=${since}&limit=${limit}`, ChangesAnswer)),
    lastChange: async () => (await get('/changes?last', ChangesAnswer)).Last,
    studiesWith: async (modality, { since, limit }) =>
      studiesPage(
        await post(
          '/tools/find',
          {
            ...{ Level: 'Study', Expand: true, Since: since, Limit: limit },
            Query: { ModalitiesInStudy: modality },
          },
          z.array(AnyStudyAnswer.loose()),
        ),
      ),
    study: async (id) => studyOf(await get(`/studies/${id}`, StudyAnswer)),
    series: async (id) => seriesOf(await get(`/series/${id}`, SeriesAnswer)),
    seriesOfStudy: async (id) =>
      (await get(`/studies/${id}/series`, z.array(SeriesAnswer))).map(seriesOf),
    seriesBytes: async (id) =>
      Number((await get(`/series/${id}/statistics`, StatisticsAnswer)).DiskSize),
    findStudy: async (uid) =>
      (await json(connection, '/tools/lookup', LookupAnswer, { method: 'POST', body: uid })).find(
        (found) => found.Type === 'Study',
      )?.ID,
    studyNote: (id, number) => noteOf(connection, `/studies/${id}/metadata/${number}`),
    writeStudyNote: (id, number, text) =>
      putIfAllowed(connection, `/studies/${id}/metadata/${number}`, text),
    registerDicomWebServer: async (route, { url, user, password }) => {
      const server = { Url: url, Username: user, Password: password, ChunkedTransfers: '1' };
      await discard(
        request(connection, route, {
          method: 'PUT',
          body: JSON.stringify(server),
        }),
      );
    },
  };
}

function changesPage(answer: z.infer<typeof ChangesAnswer>): ChangesPage {
  const changes = answer.Changes.map((change) => ({ type: change.ChangeType, id: change.ID }));
  return { changes, isDone: answer.Done, last: answer.Last };
}

/** One bad study must not hide the others of its page. */
function studiesPage(answers: readonly z.infer<typeof AnyStudyAnswer>[]): StudiesPage {
  const studies: OrthancStudy[] = [];
  const unreadable: string[] = [];
  for (const answer of answers) {
    const parsed = StudyAnswer.safeParse(answer);
    if (parsed.success) studies.push(studyOf(parsed.data));
    else unreadable.push(answer.ID);
  }
  return { studies, unreadable };
}

function studyOf(answer: z.infer<typeof StudyAnswer>): OrthancStudy {
  return {
    orthancStudyId: answer.ID,
    studyInstanceUid: answer.MainDicomTags.StudyInstanceUID,
    orthancSeriesIds: answer.Series,
    isStable: answer.IsStable,
    updatedAtMs: millisecondsOf(answer.LastUpdate),
  };
}

function seriesOf(answer: z.infer<typeof SeriesAnswer>): OrthancSeries {
  return {
    orthancSeriesId: answer.ID,
    orthancStudyId: answer.ParentStudy,
    seriesInstanceUid: answer.MainDicomTags.SeriesInstanceUID,
    modality: answer.MainDicomTags.Modality,
    manufacturer: answer.MainDicomTags.Manufacturer,
    orthancInstanceIds: answer.Instances,
    isStable: answer.IsStable,
    updatedAtMs: millisecondsOf(answer.LastUpdate),
  };
}

function millisecondsOf(time: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/.exec(time) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

async function noteOf(connection: Connection, path: string): Promise<string | undefined> {
  const response = await send(connection, path);
  if (response.status === 403 || response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  return bodyText(connection, await successful(connection, response, `GET ${routeOf(path)}`));
}

/** What no repetition cures: a user without the right, or a route that is closed for all. */
const NOT_ALLOWED: ReadonlySet<number> = new Set([401, 403, 405]);

async function putIfAllowed(connection: Connection, path: string, body: string): Promise<boolean> {
  const response = await send(connection, path, { method: 'PUT', body });
  const isAllowed = !NOT_ALLOWED.has(response.status);
  if (isAllowed) await successful(connection, response, `PUT ${routeOf(path)}`);
  await response.body?.cancel();
  return isAllowed;
}

async function discard(answer: Promise<Response>): Promise<void> {
  await (await answer).body?.cancel();
}

async function json<T>(
  connection: Connection,
  path: string,
  schema: z.ZodType<T>,
  options: RequestOptions = {},
): Promise<T> {
  const response = await request(connection, path, options);
  const parsed = schema.safeParse(parseJson(await bodyText(connection, response)));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new NodeError(
    'orthanc-answer',
    `expected what Orthanc 1.10 or newer answers to ${routeOf(path)}, got something else` +
      `${where === '' ? '' : ` (at ${where})`}: is the URL really that of an Orthanc?`,
  );
}

/** Undefined for what is not JSON: the schema then refuses it with the one message for all. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
