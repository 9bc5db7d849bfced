// `cinemyops serve`: watches Orthanc, analyses cine exams, stores the results.
import { resolveServeConfig, settingsHelp } from '../config.ts';
import { EXIT } from '../exit-code.ts';
import { createLog } from '../log.ts';
import { analyseExam } from '../pipeline.ts';
import { SERVE_SETTINGS } from '../serve-settings.ts';
import type { Command, CommandIo } from './command.ts';
import { openNetwork } from './open-network.ts';
import type { Analyse } from './serve/exam-job.ts';
import { modelLine } from './serve/model-line.ts';
import { openModelInUse } from './serve/model-in-use.ts';
import { logProgress } from './serve/log-progress.ts';
import { runNode } from './serve/run-node.ts';

const HELP = `cinemyops serve [SETTINGS]

Watches an Orthanc for cine cardiac MR, analyses each exam and stores segmentations and a structured
report beside it. Serves a status page. Runs until SIGINT or SIGTERM.

Each setting is taken from its flag, else its environment variable, else the configuration file, else
its default:
${settingsHelp(SERVE_SETTINGS)}

Exit codes: 0 stopped, 2 usage or configuration, 1 anything else.
`;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'watch an Orthanc, analyse what arrives, store the results',
  help: HELP,
  run: runServe,
};

async function runServe(argv: readonly string[], io: CommandIo): Promise<number> {
  const { signal } = io;
  const config = resolveServeConfig({ argv, env: io.env });
  const log = createLog({ level: config.log.level, isTerminal: io.isTerminal, write: io.stderr });
  const models = modelLine(config);
  // Lines of the log alone go to stderr.
  const stderr = (text: string): void => {
    log.warn(text.trim());
  };
  const inUse = await openModelInUse({
    versions: models.versions,
    open: async (version) =>
      openNetwork({ ...config.model, version, dir: await models.dirOf(version) }, { stderr }),
    log,
  });
  const analyse: Analyse = (instances, { waitIsOver, log: jobLog }) =>
    inUse.use((network) =>
      analyseExam(instances, { network, waitIsOver, progress: logProgress(jobLog, signal) }),
    );
  try {
    await runNode({ config, log, analyse, models, signal });
  } finally {
    await inUse.release();
  }
  return EXIT.done;
}
