// The node of `cinemyops serve` in the process of the test, with an analysis of the test's choice.
import type { Analyse } from '../../src/commands/serve/exam-job.ts';
import { modelLine } from '../../src/commands/serve/model-line.ts';
import { runNode } from '../../src/commands/serve/run-node.ts';
import { resolveServeConfig } from '../../src/config.ts';
import { identifyInstance } from '../../src/dicom/identify-instance.ts';
import type { ExamStatus } from '../../src/exam-status.ts';
import type { Findings } from '../../src/findings.ts';
import { createLog } from '../../src/log.ts';
import type { ExamResult } from '../../src/result.ts';
import type { OrthancProcess } from './orthanc-process.ts';
import { tinyResult, type TinyImage } from './tiny-study.ts';
import { waitFor } from './wait-for.ts';

const KINDS = ['anatomy-seg', 'pathology-seg', 'report-sr'] as const;

/** Results without a network: what the node does with an exam is the question here, not what it sees. */
export function resultOf(studyInstanceUid: string, salt: string): ExamResult {
  return {
    fingerprint: salt,
    findings: { schema: 'cinemyops-findings-1', model: { version: 'test' } } as Findings,
    objects: KINDS.map((kind) => tinyResult(studyInstanceUid, kind, salt)),
  };
}

/** The same results for the same images, as the pipeline gives them. */
export const analyseTiny: Analyse = (instances) => {
  const uids = instances.map((instance) => identifyInstance(instance.bytes));
  const salt = uids.map((uid) => uid.sopInstanceUid).sort();
  return Promise.resolve(resultOf(uids[0]?.studyInstanceUid ?? '', salt.join()));
};

export interface NodeOptions {
  readonly orthanc: OrthancProcess;
  /** The node's state folder. */
  readonly folder: string;
  /** `analyseTiny` when absent. */
  readonly analyse?: Analyse | undefined;
  readonly argv?: readonly string[];
  /** Orthanc's own when absent. */
  readonly password?: string | undefined;
}

export interface NodeInProcess {
  readonly lines: string[];
  /** Number of instances and `waitIsOver` of each analysis that was begun. */
  readonly analyses: (readonly [instances: number, waitIsOver: boolean])[];
  readonly exams: () => Promise<ExamStatus[]>;
  readonly rerun: (image: TinyImage) => Promise<Response>;
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

export function startNodeInProcess(options: NodeOptions): NodeInProcess {
  const { orthanc, folder, analyse = analyseTiny, argv = [], password } = options;
  const config = resolveServeConfig({
    argv: [
      ...['--orthanc-url', orthanc.url, '--orthanc-user', orthanc.user, '--state-dir', folder],
      ...['--web-port', '0', '--poll', '0.1', '--sweep', '1', '--wait', '0', ...argv],
    ],
    env: {
      CINEMYOPS_ORTHANC_PASSWORD: password ?? orthanc.password,
      CINEMYOPS_WEB_PASSWORD: 'node-secret',
    },
  });
  const lines: string[] = [];
  const log = createLog({ level: 'debug', isTerminal: false, write: (l) => void lines.push(l) });
  const analyses: [number, boolean][] = [];
  const controller = new AbortController();
  const ended = runNode({
    ...{ config, log, models: modelLine(config), signal: controller.signal },
    analyse: (instances, how) => {
      analyses.push([instances.length, how.waitIsOver]);
      return analyse(instances, how);
    },
  });
  // A test that expects the failure looks at it; for the rest it must not be unhandled.
  ended.catch(() => undefined);
  const ask = async (path: string, init: RequestInit = {}) => {
    const url = await waitFor('the page', () => /"url":"([^"]+)"/.exec(lines.join(''))?.[1]);
    const authorization = `Basic ${Buffer.from('cinemyops:node-secret').toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    return fetch(`${url}${path}`, { ...init, headers });
  };
  return {
    ...{ lines, analyses, ended },
    exams: async () => (await (await ask('/api/exams')).json()) as ExamStatus[],
    rerun: ({ studyInstanceUid }) =>
      ask('/api/rerun', { method: 'POST', body: JSON.stringify({ studyInstanceUid }) }),
    stop: async () => {
      controller.abort(new Error('stopped by the test'));
      await ended.catch(() => undefined);
    },
  };
}

const sweeps = (node: NodeInProcess) =>
  node.lines.filter((line) => line.includes('sweep done')).length;

/** Resolves after so many more sweeps. */
export async function nextSweeps(node: NodeInProcess, count = 2): Promise<void> {
  const before = sweeps(node);
  await waitFor('the next sweeps', () => sweeps(node) >= before + count);
}
