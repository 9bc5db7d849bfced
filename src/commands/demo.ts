// `cinemyops demo`: Orthanc, the node and one simulated exam on this machine, to look at.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { NodeError } from '../errors.ts';
import type { ExamStatus } from '../exam-status.ts';
import { EXIT } from '../exit-code.ts';
import type { Command, CommandIo } from './command.ts';
import type { Child } from './demo/child-process.ts';
import { runExam } from './demo/run-exam.ts';
import { DEMO_USER, prepareSite, type Site } from './demo/site.ts';
import { summaryOf } from './findings-summary.ts';

const HELP = `cinemyops demo [--once] [--dir DIR] [--seed N]

Starts Orthanc and the node on this machine, sends a simulated infarct exam as a scanner would,
prints the findings and where to look, and keeps running until Ctrl-C.

Options:
  --once      stop after printing
  --dir DIR   folder for the demo's data, emptied at the start [.cache/demo]
  --seed N    which simulated patient [7]

Needs Orthanc with its DICOMweb and Python plug-ins, and dcmtk; \`npm run demo\` installs them.
Exit codes: 0 done, 2 usage or configuration, 1 anything else.
`;

export const demoCommand: Command = {
  name: 'demo',
  summary: 'show everything at work on a simulated exam, with an Orthanc of its own',
  help: HELP,
  run: runDemo,
};

async function runDemo(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      once: { type: 'boolean', default: false },
      dir: { type: 'string', default: '.cache/demo' },
      seed: { type: 'string', default: '7' },
    },
  });
  if (!/^\d{1,15}$/.test(values.seed))
    throw new NodeError('usage', `expected --seed with a whole number, got "${values.seed}"`);
  // From here on Ctrl-C is no sudden end, which would leave Orthanc behind.
  const { signal } = io;
  const site = await prepareSite(resolve(values.dir), io.env);
  const children: Child[] = [];
  let exam: ExamStatus | undefined;
  try {
    exam = await runExam(site, { io, seed: values.seed, children });
    io.stdout(report(site, exam));
    if (!values.once) await untilInterrupted(children, io);
  } catch (error) {
    // Ctrl-C reaches Orthanc and the node as well: that they end is no failure then.
    if (!signal.aborted) throw error;
  } finally {
    io.stderr('Stopping...\n');
    for (const child of children.toReversed()) await child.stop();
  }
  return exam?.findings === undefined ? EXIT.failure : EXIT.done;
}

function report(site: Site, exam: ExamStatus): string {
  const study = exam.orthancStudyId === undefined ? '' : `#study?uuid=${exam.orthancStudyId}`;
  const findings =
    exam.findings === undefined
      ? `No findings: ${exam.reason ?? `the analysis ${exam.work}`}\n`
      : `Findings of the simulated exam: ${summaryOf(exam.findings)}`;
  return `
${findings}
Look at it:
  Orthanc Explorer  ${site.orthancUrl}/app/explorer.html${study}
                    user ${DEMO_USER}, password ${site.orthancPassword}
  The node's page   ${site.nodeUrl}/
                    user ${DEMO_USER}, password ${site.nodePassword}
  Logs              ${site.folders.logs}
Send an exam of your own, single-frame cine MR as the scanner wrote it:
  storescu --call ORTHANC --scan-directories --recurse 127.0.0.1 ${site.dicomPort} FOLDER
`;
}

/** Resolves on Ctrl-C; rejects when Orthanc or the node ends by itself. */
async function untilInterrupted(children: readonly Child[], io: CommandIo): Promise<void> {
  io.stderr('\nRunning until Ctrl-C.\n');
  const interrupted = new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  await Promise.race([interrupted, ...children.map((child) => child.ended)]);
}
