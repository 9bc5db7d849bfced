// Waiting for another program.
import { setTimeout as delay } from 'node:timers/promises';
import { NodeError } from '../../errors.ts';

export interface PollOptions {
  /** For the message, for example `Orthanc to answer`. */
  readonly what: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks again and again until there is an answer.
 *
 * @param ask - gives undefined, or throws, while there is none yet
 * @throws {NodeError} `internal` when time is up
 */
export async function poll<T>(ask: () => Promise<T | undefined>, options: PollOptions): Promise<T> {
  const { what, everyMs, timeoutMs, signal } = options;
  const start = performance.now();
  let lastError: unknown;
  while (performance.now() - start < timeoutMs) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      lastError = error;
    }
    await delay(everyMs, undefined, { signal });
  }
  throw new NodeError('internal', `waited ${Math.round(timeoutMs / 1000)} s for ${what} in vain`, {
    cause: lastError,
  });
}
