// `POST /dicom-web/studies` as Orthanc's "Send to DICOMweb server" demands: a request to run again.
import type { Request, Response } from 'express';
import { messageOf, NodeError } from '../errors.ts';
import type { InstanceIdentity } from '../instance-identity.ts';
import { multipartBoundary, readMultipart } from '../multipart.ts';
import { stowAnswer, type ReceivedInstance } from './stow-answer.ts';
import type { WebParts } from './web-parts.ts';

/** What identifies an instance stands in front of its pixels; the rest is not kept. */
const KEPT_BYTES = 1024 * 1024;
const INSTANCES_MAX = 100_000;

/**
 * Reads which studies were sent, asks for a new analysis of each, and accounts for every instance.
 * The images themselves are dropped: the node reads an exam from the PACS that it watches, so that a
 * result always refers to what is stored there.
 */
export async function receiveInstances(
  parts: WebParts,
  request: Request,
  response: Response,
): Promise<void> {
  const boundary = multipartBoundary(request.headers['content-type']);
  if (boundary === undefined) {
    const error =
      'expected Content-Type multipart/related; type="application/dicom" with a boundary';
    response.status(415).json({ error });
    return;
  }
  const identities = await readIdentities(parts, request, boundary);
  if (identities.length === 0) {
    response.status(400).json({ error: 'expected at least one DICOM instance, got none' });
    return;
  }
  const received = await askForReruns(parts, identities);
  const { status, body } = stowAnswer(received);
  parts.log.info({ route: '/dicom-web/studies', instances: received.length, status }, 'STOW-RS');
  response.status(status).type('application/dicom+json').send(JSON.stringify(body));
}

/** One entry an instance, undefined for an unreadable one, in the order sent. */
async function readIdentities(
  parts: WebParts,
  request: Request,
  boundary: string,
): Promise<(InstanceIdentity | undefined)[]> {
  const identities: (InstanceIdentity | undefined)[] = [];
  const options = { boundary, keepBytes: KEPT_BYTES, code: 'dicom-truncated' } as const;
  for await (const part of readMultipart(request as AsyncIterable<Uint8Array>, options)) {
    if (identities.length >= INSTANCES_MAX)
      throw new NodeError(
        'usage',
        `expected at most ${INSTANCES_MAX} instances in one request; send a study at a time`,
      );
    identities.push(identifyOrSkip(parts, part.bytes));
  }
  return identities;
}

function identifyOrSkip(parts: WebParts, bytes: Uint8Array): InstanceIdentity | undefined {
  try {
    return parts.identify(bytes);
  } catch (error) {
    parts.log.warn(
      { route: '/dicom-web/studies', reason: messageOf(error) },
      'unreadable instance',
    );
    return undefined;
  }
}

async function askForReruns(
  parts: WebParts,
  identities: readonly (InstanceIdentity | undefined)[],
): Promise<ReceivedInstance[]> {
  const studies = new Set<string>();
  for (const identity of identities) if (identity) studies.add(identity.studyInstanceUid);
  const unknown = new Set<string>();
  for (const study of studies) {
    const answer = await parts.rerun(study);
    if (answer.kind === 'unknown-study') unknown.add(study);
  }
  return identities.map((identity) => {
    if (identity === undefined) return { kind: 'unreadable' };
    const kind = unknown.has(identity.studyInstanceUid) ? 'unknown-study' : 'accepted';
    return { kind, identity };
  });
}
