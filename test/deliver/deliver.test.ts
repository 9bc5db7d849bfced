import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { deliver } from '../../src/deliver/deliver.ts';
import { createDicomWebStore, type DicomWebStore } from '../../src/orthanc/dicomweb.ts';
import type { DicomObject } from '../../src/result.ts';
import { failure } from '../support/failure.ts';
import { withServer } from '../support/loopback-server.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../support/orthanc-process.ts';
import { tinyImages, tinyResult } from '../support/tiny-study.ts';

const KINDS = ['anatomy-seg', 'pathology-seg', 'report-sr'] as const;
const QUICK = { firstMs: 1, maxMs: 2 };

const resultsOf = (name: string): DicomObject[] => {
  const study = tinyImages(name, { to: 1 }).map((image) => image.studyInstanceUid);
  return KINDS.map((kind) => tinyResult(study.join(), kind));
};

const storeOf = (orthanc: OrthancProcess): DicomWebStore =>
  createDicomWebStore({ ...orthanc, url: `${orthanc.url}/dicom-web`, timeoutMs: 5000 });

describe('deliver to Orthanc', () => {
  let orthanc: OrthancProcess;
  let store: DicomWebStore;
  before(async function () {
    if (!hasOrthanc()) return this.skip();
    orthanc = await startOrthanc();
    store = storeOf(orthanc);
  });
  after(async () => {
    await (orthanc as OrthancProcess | undefined)?.remove();
  });

  it('stores every object and finds it there', async () => {
    const objects = resultsOf('whole');
    expect(await deliver(objects, store)).to.deep.equal({ stored: 3, present: 0, attempts: 1 });
    for (const object of objects)
      expect(await store.instancesOf(object)).to.deep.equal([object.sopInstanceUid]);
  });

  it('sends nothing that is there already', async () => {
    const objects = resultsOf('twice');
    await deliver(objects.slice(0, 1), store);
    expect(await deliver(objects, store)).to.deep.equal({ stored: 2, present: 1, attempts: 1 });
    expect(await deliver(objects, store)).to.deep.equal({ stored: 0, present: 3, attempts: 1 });
  });

  it('stores the rest when one object is not DICOM, and says which is missing', async () => {
    const objects = resultsOf('broken');
    const broken = objects.map((object) =>
      object.kind === 'report-sr' ? { ...object, bytes: new Uint8Array(300) } : object,
    );
    const error = await failure(
      deliver(broken, store, { maxAttempts: 2, backoff: QUICK }),
      'store-incomplete',
    );
    expect(error.message).to.contain('1 of').and.to.contain('report-sr');
    expect(await deliver(objects, store)).to.deep.equal({ stored: 1, present: 2, attempts: 1 });
  });
});

describe('deliver to an Orthanc that is read-only for this user', () => {
  let orthanc: OrthancProcess;
  let scripts = '';
  before(async function () {
    if (!hasOrthanc()) return this.skip();
    scripts = mkdtempSync(join(tmpdir(), 'cinemyops-lua-'));
    const script = join(scripts, 'read-only.lua');
    writeFileSync(
      script,
      "function IncomingHttpRequestFilter(method, uri) return method == 'GET' end\n",
    );
    orthanc = await startOrthanc({ configuration: { LuaScripts: [script] } });
  });
  after(async () => {
    await (orthanc as OrthancProcess | undefined)?.remove();
    if (scripts !== '') rmSync(scripts, { recursive: true });
  });

  it('is refused, with a sentence that says what to look at', async () => {
    const error = await failure(deliver(resultsOf('refused'), storeOf(orthanc)), 'store-refused');
    expect(error.message).to.contain('HTTP 403').and.to.contain('allowed');
  });
});

describe('deliver to a server in trouble', () => {
  const objects = resultsOf('trouble');
  const [first, second, third] = objects as [DicomObject, DicomObject, DicomObject];
  const dicomJson = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/dicom+json' });
    response.end(JSON.stringify(body));
  };
  const uid = (value: string) => ({ vr: 'UI', Value: [value] });
  const stored = (parts: readonly DicomObject[]) => ({
    vr: 'SQ',
    Value: parts.map((part) => ({ '00081155': uid(part.sopInstanceUid) })),
  });
  const failed = (parts: readonly DicomObject[], reason: number) => ({
    vr: 'SQ',
    Value: parts.map((part) => ({
      '00081155': uid(part.sopInstanceUid),
      '00081197': { vr: 'US', Value: [reason] },
    })),
  });
  /** A server that has what the test put into `has`, and answers STOW as the test says. */
  const server =
    (has: Set<DicomObject>, stow: (sent: DicomObject[], response: ServerResponse) => void) =>
    (request: IncomingMessage, response: ServerResponse) => {
      if (request.method === 'GET') {
        const there = [...has].filter((o) => request.url?.includes(o.seriesInstanceUid));
        dicomJson(
          response,
          200,
          there.map((object) => ({ '00080018': uid(object.sopInstanceUid) })),
        );
        return;
      }
      const body: Buffer[] = [];
      request.on('data', (chunk: Buffer) => body.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(body).toString('latin1');
        stow(
          objects.filter((object) => text.includes(object.sopInstanceUid)),
          response,
        );
      });
    };
  const storeAt = (url: string) => createDicomWebStore({ url, timeoutMs: 1000 });

  it('sends again only what is missing', async () => {
    const has = new Set<DicomObject>();
    const sent: DicomObject[][] = [];
    const stow = (parts: DicomObject[], response: ServerResponse) => {
      sent.push(parts);
      const [taken, ...refused] = parts as [DicomObject, ...DicomObject[]];
      has.add(taken);
      dicomJson(response, 202, {
        '00081199': stored([taken]),
        '00081198': failed(refused, 0x0110),
      });
    };
    await withServer(server(has, stow), async (url) => {
      const delivery = await deliver(objects, storeAt(url), { backoff: QUICK });
      expect(delivery).to.deep.equal({ stored: 3, present: 0, attempts: 3 });
    });
    expect(sent).to.deep.equal([[first, second, third], [second, third], [third]]);
  });

  it('does not believe a server that says stored and shows nothing', async () => {
    const stow = (parts: DicomObject[], response: ServerResponse) => {
      dicomJson(response, 200, { '00081199': stored(parts) });
    };
    await withServer(server(new Set(), stow), async (url) => {
      const options = { backoff: QUICK, maxAttempts: 3 };
      const error = await failure(deliver(objects, storeAt(url), options), 'store-incomplete');
      expect(error.message).to.contain('3 of 3');
    });
  });

  it('believes what a server shows although its answer says failed', async () => {
    const has = new Set<DicomObject>();
    const stow = (parts: DicomObject[], response: ServerResponse) => {
      for (const part of parts) has.add(part);
      dicomJson(response, 409, { '00081198': failed(parts, 0x0110) });
    };
    await withServer(server(has, stow), async (url) => {
      expect((await deliver(objects, storeAt(url))).stored).to.equal(3);
    });
  });

  it('does not repeat what can never succeed', async () => {
    let requests = 0;
    const stow = (parts: DicomObject[], response: ServerResponse) => {
      requests++;
      dicomJson(response, 409, { '00081198': failed(parts, 0x0122) });
    };
    await withServer(server(new Set(), stow), async (url) => {
      const error = await failure(deliver(objects, storeAt(url)), 'store-refused');
      expect(error.message).to.contain('0122H');
    });
    expect(requests).to.equal(1);
  });

  it('tries again after the server failed by itself', async () => {
    const has = new Set<DicomObject>();
    let requests = 0;
    const stow = (parts: DicomObject[], response: ServerResponse) => {
      if (++requests < 3) {
        response.writeHead(503).end();
        return;
      }
      for (const part of parts) has.add(part);
      dicomJson(response, 200, { '00081199': stored(parts) });
    };
    await withServer(server(has, stow), async (url) => {
      const delivery = await deliver(objects, storeAt(url), { backoff: QUICK });
      expect(delivery).to.deep.equal({ stored: 3, present: 0, attempts: 3 });
    });
  });

  it('gives up when nobody is there, and leaves the rest to its caller', async () => {
    const options = { backoff: QUICK, maxAttempts: 2 };
    await failure(deliver(objects, storeAt('http://127.0.0.1:1'), options), 'orthanc-unreachable');
  });
});
