// UIDs derived from content: the same input and model give the same UIDs (PS3.5 B.2, UUID-derived form).
import { createHash } from 'node:crypto';

/**
 * A UID under 2.25 from a hash of the parts, the same for the same parts in the same order.
 *
 * @returns at most 44 characters
 */
export function derivedUid(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return `2.25.${BigInt(`0x${digest.subarray(0, 16).toString('hex')}`)}`;
}

/** A short hash for file names and logs, from which the UID cannot be told. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
