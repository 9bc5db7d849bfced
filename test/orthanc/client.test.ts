import { expect } from 'chai';
import { createOrthancClient, type OrthancClient } from '../../src/orthanc/client.ts';
import type { Connection } from '../../src/orthanc/connection.ts';
import { createDicomWebStore, type DicomWebStore } from '../../src/orthanc/dicomweb.ts';
import { retrieveSeries } from '../../src/orthanc/retrieve-series.ts';
import { failure } from '../support/failure.ts';
import { withServer } from '../support/loopback-server.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../support/orthanc-process.ts';
import { tinyImages } from '../support/tiny-study.ts';
import { waitFor } from '../support/wait-for.ts';

const WADO = { dicomWebRoot: '/dicom-web' };

describe('Orthanc client', () => {
  let orthanc: OrthancProcess;
  let connection: Connection;
  let client: OrthancClient;
  let store: DicomWebStore;

  before(async function () {
    if (!hasOrthanc()) return this.skip();
    orthanc = await startOrthanc();
    connection = { ...orthanc, timeoutMs: 5000 };
    client = createOrthancClient(connection);
    store = createDicomWebStore({ ...connection, url: `${orthanc.url}/dicom-web` });
  });
  after(async () => {
    // Undefined when the whole suite was skipped.
    await (orthanc as OrthancProcess | undefined)?.remove();
  });

  const images = tinyImages('client', { to: 7 });
  const [first] = images as [(typeof images)[number]];

  it('stores, says of each what became of it, and finds it again', async () => {
    const answer = await store.store(images.map((image) => image.bytes));
    expect(answer.status).to.equal(200);
    expect(answer.failed).to.deep.equal([]);
    const uids = images.map((image) => image.sopInstanceUid);
    expect(answer.stored).to.have.members(uids);
    expect(await store.instancesOf(first)).to.have.members(uids);
  });

  it('reads a series back byte for byte', async () => {
    const instances = await retrieveSeries(connection, first, WADO);
    const texts = (parts: readonly { bytes: Uint8Array }[]) =>
      parts.map((part) => Buffer.from(part.bytes).toString('base64')).sort();
    expect(texts(instances)).to.deep.equal(texts(images));
  });

  it('tells what a study holds', async () => {
    const study = (await client.studiesWith('MR', { since: 0, limit: 10 })).studies.at(0);
    expect(study?.studyInstanceUid).to.equal(first.studyInstanceUid);
    expect(Math.abs(Date.now() - (study?.updatedAtMs ?? 0))).to.be.lessThan(60_000);
    const none = { studies: [], unreadable: [] };
    expect(await client.studiesWith('CT', { since: 0, limit: 10 })).to.deep.equal(none);
    expect(await client.studiesWith('MR', { since: 1, limit: 10 })).to.deep.equal(none);
    const id = study?.orthancStudyId ?? '';
    const series = (await client.seriesOfStudy(id)).at(0);
    expect(series?.modality).to.equal('MR');
    expect(series?.orthancInstanceIds).to.have.lengthOf(7);
    expect(await client.seriesBytes(series?.orthancSeriesId ?? '')).to.equal(
      images.reduce((sum, image) => sum + image.bytes.length, 0),
    );
    expect(await client.findStudy(first.studyInstanceUid)).to.equal(id);
    expect(await client.findStudy('1.2.3')).to.equal(undefined);
  });

  it('keeps notes beside a study', async () => {
    const id = (await client.findStudy(first.studyInstanceUid)) ?? '';
    expect(await client.studyNote(id, 4711)).to.equal(undefined);
    await client.writeStudyNote(id, 4711, 'one');
    await client.writeStudyNote(id, 4711, 'two');
    expect(await client.studyNote(id, 4711)).to.equal('two');
  });

  it('pages through the change feed', async () => {
    await waitFor('the series to be stable', async () => {
      const { changes } = await client.changes({ since: 0, limit: 1000 });
      return changes.some((change) => change.type === 'StableSeries');
    });
    const last = await client.lastChange();
    let since = 0;
    let pages = 0;
    for (let isDone = false; !isDone; pages++) {
      const page = await client.changes({ since, limit: 4 });
      expect(page.last).to.be.greaterThan(since);
      ({ last: since, isDone } = page);
    }
    expect(since).to.equal(last);
    expect(pages).to.be.greaterThan(2);
  });

  it('makes a DICOMweb server known', async () => {
    const server = { url: 'http://127.0.0.1:9/dicom-web/', user: 'u', password: 'p' };
    await client.registerDicomWebServer('/dicom-web/servers/other', server);
    expect(await orthanc.get('/dicom-web/servers')).to.include('other');
  });

  it('does not find what is not there', async () => {
    const gone = '00000000-00000000-00000000-00000000-00000000';
    await failure(client.study(gone), 'not-found');
    await failure(client.series(gone), 'not-found');
    await failure(
      retrieveSeries(connection, { studyInstanceUid: '1.2', seriesInstanceUid: '1.3' }, WADO),
      'not-found',
    );
    const nowhere = { studyInstanceUid: '1.2', seriesInstanceUid: '1.3' };
    expect(await store.instancesOf(nowhere)).to.deep.equal([]);
  });

  it('says that the password is wrong, and never what it is', async () => {
    const wrong = { ...connection, password: 'wrong-secret' };
    const web = createDicomWebStore({ ...wrong, url: `${orthanc.url}/dicom-web` });
    for (const ask of [
      () => createOrthancClient(wrong).system(),
      () => retrieveSeries(wrong, first, WADO),
      () => web.store([first.bytes]),
      () => web.instancesOf(first),
    ]) {
      const error = await failure(ask(), 'orthanc-unauthorized');
      expect(error.message).to.contain('RegisteredUsers').and.not.contain('secret');
    }
  });

  it('accounts for instances that cannot be read', async () => {
    const answer = await store.store([first.bytes, new Uint8Array(300)]);
    expect(answer.stored).to.deep.equal([first.sopInstanceUid]);
  });

  it('names the DICOMweb plug-in when its root is wrong', async () => {
    await failure(retrieveSeries(connection, first, { dicomWebRoot: '/elsewhere' }), 'not-found');
    const error = await failure(
      createDicomWebStore({ ...connection, url: `${orthanc.url}/elsewhere` }).store([first.bytes]),
      'store-refused',
    );
    expect(error.message).to.contain('plug-in');
  });
});

describe('Orthanc client and a peer in trouble', () => {
  const series = { studyInstanceUid: '1.2', seriesInstanceUid: '1.3' };

  it('says that nobody listens', async () => {
    const nobody = { url: 'http://127.0.0.1:1', timeoutMs: 1000 };
    await failure(createOrthancClient(nobody).system(), 'orthanc-unreachable');
    await failure(createDicomWebStore(nobody).store([new Uint8Array(1)]), 'orthanc-unreachable');
  });

  it('gives up on a peer that accepts and never answers', async () => {
    await withServer(
      () => undefined,
      async (url) => {
        const connection = { url, timeoutMs: 300 };
        const error = await failure(
          createOrthancClient(connection).system(),
          'orthanc-unreachable',
        );
        expect(error.message).to.contain('300 ms');
        await failure(createDicomWebStore(connection).instancesOf(series), 'orthanc-unreachable');
      },
    );
  });

  it('gives up on a peer that falls silent in the middle of a body', async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'multipart/related; boundary=b' });
        response.write('--b\r\n\r\nhalf an ima');
      },
      async (url) => {
        const connection = { url, timeoutMs: 300 };
        await failure(retrieveSeries(connection, series, WADO), 'orthanc-unreachable');
        await failure(createOrthancClient(connection).system(), 'orthanc-unreachable');
      },
    );
  });

  it('notices a series that ends too early', async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'multipart/related; boundary=b' });
        response.end('--b\r\n\r\nhalf an ima');
      },
      async (url) => {
        const connection = { url, timeoutMs: 300 };
        await failure(retrieveSeries(connection, series, WADO), 'orthanc-answer');
      },
    );
  });

  it('asks whether the URL is right when the answer is not that of an Orthanc', async () => {
    await withServer(
      (_request, response) => void response.end('<html>Welcome to nginx</html>'),
      async (url) => {
        const connection = { url, timeoutMs: 300 };
        const error = await failure(createOrthancClient(connection).system(), 'orthanc-answer');
        expect(error.message).to.contain('URL').and.not.contain('nginx');
        const wado = await failure(retrieveSeries(connection, series, WADO), 'orthanc-answer');
        expect(wado.message).to.contain('DICOMweb plug-in');
      },
    );
  });

  it('ends its requests when told to stop', async () => {
    await withServer(
      () => undefined,
      async (url) => {
        const connection = { url, timeoutMs: 300 };
        const stop = new AbortController();
        const client = createOrthancClient({
          ...connection,
          timeoutMs: 60_000,
          signal: stop.signal,
        });
        const asked = client.system().catch((error: unknown) => error);
        stop.abort(new Error('stopped by a test'));
        expect(((await asked) as Error).message).to.equal('stopped by a test');
      },
    );
  });
});
