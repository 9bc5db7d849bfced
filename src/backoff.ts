// How long to wait before something is tried again.

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Doubles with every failed attempt, up to a limit.
 *
 * @param attempt - number of attempts that failed so far, 1 or more
 */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number): number {
  // The exponent is bounded, or a week without Orthanc would end in Infinity.
  return Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
}
