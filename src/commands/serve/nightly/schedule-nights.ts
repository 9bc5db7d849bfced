// The clock of nightly training.
import { schedule, validate } from 'node-cron';
import { NodeError } from '../../../errors.ts';
import type { Log } from '../../../log.ts';
import type { NightRecord } from './night-record.ts';

/** An exam may keep the process from its clock for a while; a night that begins late is as good. */
const LATEST_START_MS = 3_600_000;

export interface ScheduleParts {
  /** Cron expression: minute, hour, day of month, month, day of week; a sixth field before them is seconds. */
  readonly expression: string;
  readonly log: Log;
  /** Ends when the signal of the node does. */
  readonly run: () => Promise<NightRecord>;
}

/** @throws {NodeError} `configuration-invalid` when the expression is not one */
export function requireSchedule(expression: string): void {
  if (!validate(expression))
    throw new NodeError(
      'configuration-invalid',
      `nightly.schedule: expected a cron expression such as '0 2 * * *' for two in the morning, got '${expression}'`,
    );
}

/**
 * Runs a night whenever the expression says, up to an hour late, one at a time; a night that fails leaves the model as it is.
 *
 * @returns stops the clock and waits for the night that is under way
 */
export function scheduleNights({ expression, log, run }: ScheduleParts): () => Promise<void> {
  let current: Promise<void> | undefined;
  const night = async (): Promise<void> => {
    try {
      const { outcome, reason, promoted, from, exams } = await run();
      const what = { outcome, reason, exams, from, model: promoted ?? from };
      log.info(what, outcome === 'skipped' ? 'night skipped' : 'night over');
    } catch (error) {
      log.error({ err: error }, 'night failed: the model stays as it is');
    }
  };
  const start = (): void => {
    current ??= night().finally(() => {
      current = undefined;
    });
  };
  const task = schedule(expression, start, {
    missedExecutionTolerance: LATEST_START_MS,
    // It would go to the console; the log below tells the same.
    suppressMissedWarning: true,
  });
  task.on('execution:missed', ({ date }) => {
    log.warn({ since: date.toISOString() }, 'night missed: the node was busy or asleep');
  });
  return async () => {
    await task.destroy();
    await current;
  };
}
