// The Store Instances Response Module (PS3.18 I.2.2), in the DICOM JSON model.
import type { InstanceIdentity } from '../instance-identity.ts';

/** What became of one instance of a STOW-RS request. */
export type ReceivedInstance =
  | { readonly kind: 'accepted' | 'unknown-study'; readonly identity: InstanceIdentity }
  | { readonly kind: 'unreadable' };

/** Failure Reason (PS3.18 table I.2-2). */
const FAILURE_REASON = {
  /** Cannot understand. */
  unreadable: 0xc000,
  /** Processing failure: the study is not in the PACS that this node watches. */
  'unknown-study': 0x0110,
} as const;

const TAG = {
  retrieveUrl: '00081190',
  failureReason: '00081197',
  failedSopSequence: '00081198',
  referencedSopSequence: '00081199',
  referencedSopClassUid: '00081150',
  referencedSopInstanceUid: '00081155',
} as const;

interface JsonElement {
  readonly vr: string;
  readonly Value?: readonly unknown[];
}

type JsonDataset = Readonly<Record<string, JsonElement>>;

export interface StowAnswer {
  readonly status: number;
  readonly body: JsonDataset;
}

/**
 * The answer to a STOW-RS request: Orthanc's job compares the number of accepted items with the
 * number that it sent, and fails on any other status than 200 and 202.
 *
 * @returns 200 when all were accepted, 202 when some were, 409 when none was
 */
export function stowAnswer(received: readonly ReceivedInstance[]): StowAnswer {
  const accepted: JsonDataset[] = [];
  const failed: JsonDataset[] = [];
  for (const instance of received) {
    const reference = 'identity' in instance ? referenceItem(instance.identity) : {};
    if (instance.kind === 'accepted') accepted.push(reference);
    else failed.push({ ...reference, ...failureItem(FAILURE_REASON[instance.kind]) });
  }
  const status = failed.length === 0 ? 200 : accepted.length > 0 ? 202 : 409;
  return {
    status,
    body: {
      [TAG.retrieveUrl]: { vr: 'UR' },
      ...sequence(TAG.referencedSopSequence, accepted),
      ...sequence(TAG.failedSopSequence, failed),
    },
  };
}

const referenceItem = (identity: InstanceIdentity): JsonDataset => ({
  [TAG.referencedSopClassUid]: { vr: 'UI', Value: [identity.sopClassUid] },
  [TAG.referencedSopInstanceUid]: { vr: 'UI', Value: [identity.sopInstanceUid] },
});

const failureItem = (reason: number): JsonDataset => ({
  [TAG.failureReason]: { vr: 'US', Value: [reason] },
});

/** An empty sequence is left out, as PS3.18 has it for both. */
const sequence = (tag: string, items: readonly JsonDataset[]): JsonDataset =>
  items.length === 0 ? {} : { [tag]: { vr: 'SQ', Value: items } };
