// The start of the node when Orthanc may not be there yet.
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../backoff.ts';
import { NodeError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { OrthancClient } from '../../orthanc/client.ts';

const BACKOFF = { firstMs: 250, maxMs: 10_000 };

/**
 * Resolves when Orthanc answers, or when aborted.
 *
 * @throws {NodeError} `orthanc-unauthorized` when it refuses user or password: waiting cures nothing
 */
export async function waitForOrthanc(
  client: OrthancClient,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; !isAborted(signal); failures++) {
    try {
      const { version } = await client.system();
      log.info({ version }, 'Orthanc answers');
      return;
    } catch (error) {
      if (isAborted(signal)) return;
      if (!(error instanceof NodeError) || error.disposition !== 'retry') throw error;
      if (failures === 1) log.warn({ err: error, code: error.code }, 'waiting for Orthanc');
      await delay(backoffMs(BACKOFF, failures), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A function, since the compiler does not know that the signal changes while one waits. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
