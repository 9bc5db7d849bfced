// The node: every part of `cinemyops serve` put together.
import type { ServeConfig } from '../../config.ts';
import { identifyInstance } from '../../dicom/identify-instance.ts';
import { NodeError } from '../../errors.ts';
import { createAgenda, type Agenda } from '../../listen/agenda.ts';
import { openJournal, type Journal } from '../../listen/journal.ts';
import { listen, type ListenOptions } from '../../listen/listen.ts';
import type { StudySource } from '../../listen/study-source.ts';
import type { Log } from '../../log.ts';
import { createOrthancClient, type OrthancClient } from '../../orthanc/client.ts';
import type { Connection } from '../../orthanc/connection.ts';
import { createDicomWebStore } from '../../orthanc/dicomweb.ts';
import { SOFTWARE } from '../../software.ts';
import type { Credentials } from '../../web/web-parts.ts';
import { startWebServer } from '../../web/web-server.ts';
import { openAskedFor } from './asked-for.ts';
import { connectionOf } from './connection-of.ts';
import { createExamJob, type Analyse, type ExamJob } from './exam-job.ts';
import type { ModelLine } from './model-line.ts';
import { removeNight } from './nightly/night.ts';
import { requireSchedule } from './nightly/schedule-nights.ts';
import { startNights } from './nightly/start-nights.ts';
import { createRerun, offerAskedFor } from './rerun.ts';
import { openStatusBoard, type StatusBoard } from './status-board.ts';
import { waitForOrthanc } from './wait-for-orthanc.ts';
import { keptPassword } from './web-password.ts';
import { createWorker, type Worker } from './worker.ts';

export interface NodeParts {
  readonly config: ServeConfig;
  readonly log: Log;
  readonly analyse: Analyse;
  readonly models: ModelLine;
  /** Stops the node: what is being stored is stored whole, and nothing new is begun. */
  readonly signal: AbortSignal;
}

/**
 * Runs the node until the signal.
 *
 * @throws {NodeError} `orthanc-unauthorized` when Orthanc refuses the password at the start
 * @throws {NodeError} `configuration-invalid` when the status page's address is taken or the schedule is not one
 * @throws {NodeError} `state-unreadable` when the state folder cannot be used
 */
export async function runNode(parts: NodeParts): Promise<void> {
  const { config, log } = parts;
  if (config.nightly.schedule !== undefined) requireSchedule(config.nightly.schedule);
  const halt = new AbortController();
  const signal = AbortSignal.any([parts.signal, halt.signal]);
  const journal = await openJournal(config.stateDir, log);
  await removeNight(config.stateDir);
  const isDone = (id: string) => journal.entry(id)?.outcome === 'done';
  const board = await openStatusBoard(config.stateDir, { now, log, isDone });
  const askedFor = await openAskedFor(config.stateDir, log);
  const agenda = createAgenda(now);
  for (const study of askedFor.studies()) offerAskedFor({ agenda, board, now }, study);
  const connection = connectionOf(config.orthanc);
  const client = createOrthancClient({ ...connection, signal });
  const examJob = examJobOf({ ...parts, signal }, { connection, journal, board });
  const worker = createWorker({ agenda, askedFor, journal, board, examJob, log, now, signal });
  const credentials = await webCredentials(config, log);
  const rerun = createRerun({ client, agenda, askedFor, board, worker, now });
  const web = await startWebServer(
    { credentials, exams: board.exams, rerun, identify: identifyInstance, log },
    config.web,
  );
  log.info({ url: web.url, version: SOFTWARE.version }, 'status page is served');
  const stopNights = startNights({ ...parts, client, journal, now, signal });
  let running: readonly Promise<void>[] = [];
  try {
    await waitForOrthanc(client, log, signal);
    const offer = (source: StudySource) => {
      offerExam(source, { agenda, board, worker });
    };
    const onBack = () => register(config, client, { log, credentials });
    const software = SOFTWARE.version;
    const listening = listen(
      { client, journal, log, offer, onBack, now, software },
      { ...listenOptions(config), signal },
    );
    running = [listening, worker.run()];
    await Promise.all(running);
  } finally {
    // When one of the two fails, the other must not go on behind the back of a node that has ended.
    halt.abort();
    await Promise.allSettled([...running, stopNights()]);
    await web.close();
    await board.flush();
    log.info('stopped');
  }
}

const now = (): number => Date.now();

function listenOptions(config: ServeConfig): Omit<ListenOptions, 'signal'> {
  const { pollSeconds, sweepSeconds, backlogDays } = config.listen;
  const backlogMs = backlogDays === 0 ? Number.POSITIVE_INFINITY : 86_400_000 * backlogDays;
  return { pollMs: 1000 * pollSeconds, sweepMs: 1000 * sweepSeconds, backlogMs };
}

interface JobParts {
  readonly connection: Connection;
  readonly journal: Journal;
  readonly board: StatusBoard;
}

function examJobOf({ config, analyse, models, signal }: NodeParts, parts: JobParts): ExamJob {
  const { connection, journal, board } = parts;
  const { dicomWebRoot } = config.orthanc;
  return createExamJob({
    // Not the listener's client, whose requests end with the signal: what is being stored is finished.
    client: createOrthancClient(connection),
    store: createDicomWebStore({ ...connection, url: `${connection.url}${dicomWebRoot}` }),
    ...{ journal, board, analyse, now, dicomWebRoot, signal },
    wantedModel: models.wanted,
    waitMs: 1000 * config.listen.waitSeconds,
    maxStudyBytes: 1e6 * config.listen.maxStudyMegabytes,
  });
}

interface OfferParts {
  readonly agenda: Agenda;
  readonly board: StatusBoard;
  readonly worker: Worker;
}

function offerExam(source: StudySource, { agenda, board, worker }: OfferParts): void {
  const { orthancStudyId, sourceKey } = source;
  const current = worker.current();
  const isRunning = current?.orthancStudyId === orthancStudyId;
  if (worker.hasFailed(source) || (isRunning && current.sourceKey === sourceKey)) return;
  const item = { orthancStudyId, sourceKey, dueMs: now(), failures: 0, isAskedFor: false };
  // A running exam keeps its state on the page; images that came meanwhile are a job of their own.
  if (agenda.offer(item) && !isRunning) board.update(source, { work: 'queued', delivery: 'none' });
}

async function webCredentials({ web, stateDir }: ServeConfig, log: Log): Promise<Credentials> {
  if (web.password !== undefined) return { user: web.user, password: web.password };
  const { password, file } = await keptPassword(stateDir);
  log.info({ path: file }, "the status page's password lies in this file");
  return { user: web.user, password };
}

/** Orthanc forgets it when it ends, so this is repeated whenever Orthanc is back. */
async function register(
  { orthanc }: ServeConfig,
  client: OrthancClient,
  { log, credentials }: { readonly log: Log; readonly credentials: Credentials },
): Promise<void> {
  if (orthanc.registerUrl === undefined) return;
  const url = `${orthanc.registerUrl.replace(/\/+$/, '')}/dicom-web/`;
  const route = `${orthanc.dicomWebRoot}/servers/cinemyops`;
  try {
    await client.registerDicomWebServer(route, { url, ...credentials });
    log.info({ url }, 'registered in Orthanc as DICOMweb server "cinemyops"');
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    // A convenience: exams are found and analysed without it.
    log.warn({ err: error, code: error.code }, 'could not be registered in Orthanc');
  }
}
