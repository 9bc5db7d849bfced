// Stores results in a DICOMweb server and believes only what the server then shows.
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, type Backoff } from '../backoff.ts';
import { NodeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DicomWebStore, StoreAnswer } from '../orthanc/dicomweb.ts';
import type { DicomObject } from '../result.ts';

export interface DeliverOptions {
  readonly log?: Log;
  readonly signal?: AbortSignal;
  /** Requests to store before the delivery is given up; 5 when absent. */
  readonly maxAttempts?: number;
  readonly backoff?: Backoff;
}

export interface Delivery {
  /** Objects that this delivery put there. */
  readonly stored: number;
  /** Objects that were there before: never sent again, since a server keeps the old content. */
  readonly present: number;
  readonly attempts: number;
}

const BACKOFF: Backoff = { firstMs: 500, maxMs: 30_000 };

/** FailureReason values that no repetition cures (PS3.18 table I.2-2). */
function isLasting(reason: number | undefined): boolean {
  if (reason === undefined) return false;
  const isClassNotSupported = reason === 0x0122;
  const isNotAuthorised = reason === 0x0124;
  const doesNotMatchClass = reason >> 8 === 0xa9;
  const cannotBeUnderstood = reason >> 12 === 0xc;
  return isClassNotSupported || isNotAuthorised || doesNotMatchClass || cannotBeUnderstood;
}

/**
 * Stores what the server lacks and verifies it, again and again until nothing is missing.
 *
 * @throws {NodeError} `store-refused` when the server will not take an object
 * @throws {NodeError} `store-incomplete` when objects are still missing after the last attempt
 * @throws {NodeError} `orthanc-unreachable`, `orthanc-unauthorized` or `orthanc-answer`
 */
export async function deliver(
  objects: readonly DicomObject[],
  store: DicomWebStore,
  options: DeliverOptions = {},
): Promise<Delivery> {
  const { log, signal, maxAttempts = 5, backoff = BACKOFF } = options;
  let present: number | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      const missing = await missingFrom(store, objects);
      present ??= objects.length - missing.length;
      if (missing.length > 0) await storeAndVerify(missing, store);
      const delivery = { stored: objects.length - present, present, attempts: attempt };
      log?.info({ stored: delivery.stored, count: objects.length, attempt }, 'results delivered');
      return delivery;
    } catch (error) {
      if (!(error instanceof NodeError) || error.disposition !== 'retry') throw error;
      if (attempt >= maxAttempts) throw error;
      const delayMs = backoffMs(backoff, attempt);
      log?.warn({ code: error.code, attempt, delayMs }, 'delivery is tried again');
      await delay(delayMs, undefined, { signal });
    }
  }
}

async function storeAndVerify(
  objects: readonly DicomObject[],
  store: DicomWebStore,
): Promise<void> {
  const answer = await store.store(objects.map((object) => object.bytes));
  const missing = await missingFrom(store, objects);
  if (missing.length === 0) return;
  const reasons = missing.map((object) => failureOf(answer, object));
  const account =
    `${missing.length} of ${objects.length} results are not in the server ` +
    `(HTTP ${answer.status}; ${missing.map((o, i) => `${o.kind}: ${shown(reasons[i])}`).join(', ')})`;
  if (reasons.some(isLasting)) throw new NodeError('store-refused', `${account}: see its log`);
  throw new NodeError('store-incomplete', `${account}: they are sent again`);
}

function failureOf(answer: StoreAnswer, { sopInstanceUid }: DicomObject): number | undefined {
  return answer.failed.find((failed) => failed.sopInstanceUid === sopInstanceUid)?.failureReason;
}

const shown = (reason: number | undefined): string =>
  reason === undefined
    ? 'no reason given'
    : `failure reason ${reason.toString(16).padStart(4, '0')}H`;

/** The objects that the server does not show, whatever it said when they were stored. */
async function missingFrom(
  store: DicomWebStore,
  objects: readonly DicomObject[],
): Promise<DicomObject[]> {
  const known = new Map<string, ReadonlySet<string>>();
  const missing: DicomObject[] = [];
  for (const object of objects) {
    const there = known.get(object.seriesInstanceUid) ?? new Set(await store.instancesOf(object));
    known.set(object.seriesInstanceUid, there);
    if (!there.has(object.sopInstanceUid)) missing.push(object);
  }
  return missing;
}
