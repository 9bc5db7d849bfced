// The studies that wait for the one worker, each at most once, in the order in which they are due.

export interface AgendaItem {
  readonly orthancStudyId: string;
  /** Not taken before this time, ms since 1970. */
  readonly dueMs: number;
  /** Attempts that failed so far and will pass by themselves. */
  readonly failures: number;
  /** True when a person asked: the study is then analysed although it was before. */
  readonly isAskedFor: boolean;
}

/** Work to come; the durable record of what is done lies in the journal and in Orthanc. */
export interface Agenda {
  /**
   * Puts a study on the agenda, or makes the present entry due earlier.
   *
   * @returns false when it was there and due already
   */
  readonly offer: (item: AgendaItem) => boolean;
  /** Takes the item that is due longest; resolves once there is one. Rejects when aborted. */
  readonly take: (signal: AbortSignal) => Promise<AgendaItem>;
  readonly has: (orthancStudyId: string) => boolean;
}

/** @param now - the clock, ms since 1970 */
export function createAgenda(now: () => number): Agenda {
  const items = new Map<string, AgendaItem>();
  let wake: (() => void) | undefined;

  const earliest = (): AgendaItem | undefined =>
    [...items.values()].reduce<AgendaItem | undefined>(
      (best, item) => (best === undefined || item.dueMs < best.dueMs ? item : best),
      undefined,
    );

  return {
    offer: (item) => {
      const present = items.get(item.orthancStudyId);
      const merged =
        present === undefined
          ? item
          : {
              ...present,
              dueMs: Math.min(present.dueMs, item.dueMs),
              isAskedFor: present.isAskedFor || item.isAskedFor,
            };
      items.set(item.orthancStudyId, merged);
      wake?.();
      return (
        present === undefined ||
        (present.dueMs > now() && merged.dueMs <= now()) ||
        present.isAskedFor !== merged.isAskedFor
      );
    },
    take: async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const next = earliest();
        if (next !== undefined && next.dueMs <= now()) {
          items.delete(next.orthancStudyId);
          return next;
        }
        const delayMs = next === undefined ? undefined : next.dueMs - now();
        await new Promise<void>((resolve) => {
          wake = resolve;
          const stop = AbortSignal.any([signal, ...timeouts(delayMs)]);
          stop.addEventListener('abort', () => {
            resolve();
          });
        });
        wake = undefined;
      }
    },
    has: (id) => items.has(id),
  };
}

/** A longer delay would overflow Node's timers; the loop then simply looks again. */
const MAX_DELAY_MS = 2 ** 31 - 1;

function timeouts(delayMs: number | undefined): AbortSignal[] {
  return delayMs === undefined ? [] : [AbortSignal.timeout(Math.min(delayMs, MAX_DELAY_MS))];
}
