// Progress of one exam as events of its log.
import type { Log } from '../../log.ts';
import type { Progress } from '../../progress.ts';

/**
 * Logs the beginning of each stage.
 *
 * @param signal - when aborted, the next step of the analysis throws: it is not worth waiting for
 */
export function logProgress(log: Log, signal: AbortSignal): Progress {
  return (stage, done, total) => {
    signal.throwIfAborted();
    if (done === 0) log.debug({ stage, count: total }, 'stage begins');
  };
}
