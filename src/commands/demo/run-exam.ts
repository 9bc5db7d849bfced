// From two programs that are not running yet to an exam with findings.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ExamStatus } from '../../exam-status.ts';
import type { CommandIo } from '../command.ts';
import { runChild, startChild, type Child } from './child-process.ts';
import { poll } from './poll.ts';
import { request, type Site } from './site.ts';

const START_SCRIPT = fileURLToPath(new URL('../../../orthanc/start.sh', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const ANALYSIS_TIMEOUT_MS = 15 * 60_000;

/** The node is another process: of its answer, what is relied on here is checked. */
const Exams = z.array(
  z.looseObject({ work: z.string(), delivery: z.string(), changedAt: z.string() }),
);

export interface ExamOptions {
  readonly io: CommandIo;
  readonly seed: string;
  /** What was started is added here, so that it can be stopped whatever happens. */
  readonly children: Child[];
}

/** Starts Orthanc and the node, sends a simulated exam and waits for its end. */
export async function runExam(site: Site, options: ExamOptions): Promise<ExamStatus> {
  const { io, seed, children } = options;
  const start = (name: string, command: string, args: readonly string[]) => {
    const child = startChild(command, args, { name, env: site.env, logFile: logOf(site, name) });
    children.push(child);
    return child;
  };
  io.stderr('Starting Orthanc...\n');
  const orthanc = start('orthanc', 'sh', [START_SCRIPT]);
  await Promise.race([orthanc.ended, untilAnswers(site, `${site.orthancUrl}/system`, io)]);
  io.stderr('Starting the node...\n');
  const node = start('node', process.execPath, [...ownProgram(), 'serve']);
  await Promise.race([node.ended, untilAnswers(site, `${site.nodeUrl}/healthz`, io)]);
  io.stderr(`Simulating patient ${seed} and sending the exam by C-STORE...\n`);
  await sendSimulatedExam(site, seed, io);
  io.stderr('Waiting for the findings...\n');
  return Promise.race([node.ended, orthanc.ended, finishedExam(site, io)]);
}

const logOf = (site: Site, name: string): string => join(site.folders.logs, `${name}.log`);

/** How this very program was started, from sources or built. */
const ownProgram = (): string[] => [...process.execArgv, process.argv[1] ?? ''];

async function untilAnswers(site: Site, url: string, io: CommandIo): Promise<void> {
  const ask = async () => ((await request(site, url)).ok ? true : undefined);
  const { signal } = io;
  await poll(ask, { what: `${url} to answer`, everyMs: 200, timeoutMs: START_TIMEOUT_MS, signal });
}

async function sendSimulatedExam(site: Site, seed: string, io: CommandIo): Promise<void> {
  const env = { ...io.env, TCP_NODELAY: '1' };
  const run = (name: string, command: string, args: readonly string[]) =>
    runChild(command, args, { name, env, logFile: logOf(site, name) });
  await run('simulate', process.execPath, [
    ...ownProgram(),
    ...['simulate', '--infarct', '--style', 'prior', '--out', site.folders.exam, '--seed', seed],
  ]);
  await run('storescu', 'storescu', [
    ...['--scan-directories', '--recurse', '--scan-pattern', '*.dcm'],
    ...['--call', 'ORTHANC', '127.0.0.1', String(site.dicomPort), site.folders.exam],
  ]);
}

async function finishedExam(site: Site, io: CommandIo): Promise<ExamStatus> {
  let shown = '';
  const ask = async () => {
    const answer: unknown = await (await request(site, `${site.nodeUrl}/api/exams`)).json();
    const exam = Exams.parse(answer).at(0) as ExamStatus | undefined;
    if (exam === undefined) return undefined;
    const state = `analysis ${exam.work}, delivery ${exam.delivery}`;
    if (state !== shown) io.stderr(`  ${state}\n`);
    shown = state;
    return isOver(exam) ? exam : undefined;
  };
  const { signal } = io;
  return poll(ask, { what: 'findings', everyMs: 500, timeoutMs: ANALYSIS_TIMEOUT_MS, signal });
}

const isOver = ({ work, delivery }: ExamStatus): boolean =>
  work === 'refused' || work === 'failed' || delivery === 'delivered' || delivery === 'failed';
