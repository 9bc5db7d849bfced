import { expect } from 'chai';
import { readNote, writeNote } from '../../src/listen/result-note.ts';
import { createOrthancClient } from '../../src/orthanc/client.ts';
import { failure } from '../support/failure.ts';
import { withServer } from '../support/loopback-server.ts';

const NOTE = { sourceKey: 'k', model: 'm1', fingerprint: 'f', results: ['1.2'] };

/** Writes a note to a peer that answers with this status. */
async function writing(status: number, work: (written: Promise<boolean>) => Promise<void>) {
  await withServer(
    (request, response) => {
      request.resume();
      response.writeHead(status).end();
    },
    (url) => work(writeNote(createOrthancClient({ url, timeoutMs: 1000 }), 'study', NOTE)),
  );
}

describe('the note of results', () => {
  for (const status of [401, 403, 405])
    it(`is done without where Orthanc does not allow it (HTTP ${status})`, () =>
      writing(status, async (written) => {
        expect(await written).to.equal(false);
      }));

  for (const status of [400, 500, 503])
    it(`is tried again where Orthanc fails at it (HTTP ${status})`, () =>
      writing(status, async (written) => {
        expect((await failure(written, 'orthanc-answer')).disposition).to.equal('retry');
      }));

  it('has no place in a study that is gone', () =>
    writing(404, async (written) => {
      await failure(written, 'not-found');
    }));

  it('is none where it may not be read', async () => {
    await withServer(
      (_request, response) => void response.writeHead(403).end(),
      async (url) => {
        const client = createOrthancClient({ url, timeoutMs: 1000 });
        expect(await readNote(client, 'study')).to.equal(undefined);
      },
    );
  });
});
