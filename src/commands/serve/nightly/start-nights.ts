// Nightly training as a part of the node.
import { join } from 'node:path';
import type { ServeConfig } from '../../../config.ts';
import type { Journal } from '../../../listen/journal.ts';
import type { Log } from '../../../log.ts';
import type { OrthancClient } from '../../../orthanc/client.ts';
import type { ModelLine } from '../model-line.ts';
import { runNight } from './night.ts';
import { scheduleNights } from './schedule-nights.ts';

export interface StartNightsParts {
  readonly config: ServeConfig;
  readonly client: OrthancClient;
  readonly journal: Journal;
  readonly models: ModelLine;
  readonly log: Log;
  readonly now: () => number;
  /** Ends a night that is under way. */
  readonly signal: AbortSignal;
}

/**
 * Starts the clock, if there is a schedule.
 *
 * @returns stops it and waits for the night that is under way
 */
export function startNights(parts: StartNightsParts): () => Promise<void> {
  const { config, journal, models, log } = parts;
  const { schedule } = config.nightly;
  if (schedule === undefined) return () => Promise.resolve();
  log.info({ reason: schedule }, 'nightly training is scheduled');
  const nightLog = log.child({ part: 'nightly' });
  return scheduleNights({
    expression: schedule,
    log: nightLog,
    run: () =>
      runNight({
        ...parts,
        log: nightLog,
        config: config.nightly,
        stateDir: config.stateDir,
        dicomWebRoot: config.orthanc.dicomWebRoot,
        maxStudyBytes: 1e6 * config.listen.maxStudyMegabytes,
        doneStudies: journal.doneStudies,
        configured: models.configured,
        promotedDir: models.promotedDir,
        modelInUse: async () => {
          const version = await models.wanted();
          return join(await models.dirOf(version), version);
        },
      }),
  });
}
