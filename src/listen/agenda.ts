// The studies that wait for the one worker, each at most once, in the order in which they are due.

export interface AgendaItem {
  readonly orthancStudyId: string;
  /** The instances that it was offered for; absent when a person asked. */
  readonly sourceKey?: string;
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
   * Puts a study on the agenda; an entry for other instances of it is replaced.
   *
   * @returns false when it was there already
   */
  readonly offer: (item: AgendaItem) => boolean;
  /** Takes the item that is due longest; resolves once there is one. Rejects when aborted. */
  readonly take: (signal: AbortSignal) => Promise<AgendaItem>;
}

/** A longer delay would overflow Node's timers; the loop then simply looks again. */
const MAX_DELAY_MS = 2 ** 31 - 1;

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
      const isAskedFor = item.isAskedFor || present?.isAskedFor === true;
      const isKnown = present !== undefined && present.sourceKey === item.sourceKey;
      // A sweep must not cut short the wait of an exam in which nothing has changed.
      if (isKnown && isAskedFor === present.isAskedFor) return false;
      items.set(item.orthancStudyId, { ...item, isAskedFor });
      wake?.();
      return true;
    },
    take: async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const next = earliest();
        if (next !== undefined && next.dueMs <= now()) {
          items.delete(next.orthancStudyId);
          return next;
        }
        const delayMs = next === undefined ? MAX_DELAY_MS : next.dueMs - now();
        await new Promise<void>((resolve) => {
          const wakeUp = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', wakeUp);
            resolve();
          };
          const timer = setTimeout(wakeUp, Math.min(delayMs, MAX_DELAY_MS));
          signal.addEventListener('abort', wakeUp);
          wake = wakeUp;
        });
        wake = undefined;
      }
    },
  };
}
