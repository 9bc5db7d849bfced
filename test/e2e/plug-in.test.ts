import { expect } from 'chai';
import { withServer } from '../support/loopback-server.ts';
import { hasOrthanc, startOrthanc } from '../support/orthanc-process.ts';
import { tinyImages } from '../support/tiny-study.ts';
import { waitFor } from '../support/wait-for.ts';

describe('the plug-in, with a node that answers as it likes', () => {
  before(function () {
    if (!hasOrthanc()) this.skip();
  });

  it('says that an exam is no longer listed, not that it was never found', async () => {
    await withServer(
      (request, response) => {
        request.resume();
        if (request.method === 'POST') response.writeHead(202).end('{"kind":"queued","id":"abc"}');
        else response.writeHead(404).end('{"error":"no exam has this id"}');
      },
      async (nodeUrl) => {
        const orthanc = await startOrthanc({ nodeUrl });
        try {
          for (const { bytes } of tinyImages('unlisted', { to: 1 }))
            await orthanc.fetch('/instances', { method: 'POST', body: Buffer.from(bytes) });
          const [study = ''] = (await orthanc.get('/studies')) as string[];
          const route = `/cinemyops/studies/${study}`;
          expect((await orthanc.fetch(`${route}/run`, { method: 'POST' })).status).to.equal(200);
          const answer = await waitFor('the end', async () => {
            const now = (await orthanc.get(`${route}/state`)) as { state: string; message: string };
            return now.state !== 'asking' && now.state !== 'queued' && now;
          });
          expect(answer.state).to.equal('unlisted');
          expect(answer.message).to.contain('newer exams took its place');
        } finally {
          await orthanc.remove();
        }
      },
    );
  });
});
