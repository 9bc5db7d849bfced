import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import type { ExamStatus, RerunAnswer } from '../../src/exam-status.ts';
import { NodeError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { startWebServer, type WebServer } from '../../src/web/web-server.ts';
import type { WebParts } from '../../src/web/web-parts.ts';
import { examStatusWith } from '../support/exam-status-fixture.ts';

const CREDENTIALS = { user: 'reader', password: 'pässword:with colon' };
const STUDY = '1.2.826.0.1.3680043.8.498.77';

const basic = (user: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const AUTHORIZED = basic(CREDENTIALS.user, CREDENTIALS.password);

/** An instance of this test: its text is its study's UID, and 'broken' is unreadable. */
function identifyText(bytes: Uint8Array) {
  const text = Buffer.from(bytes).toString().slice(0, 64);
  if (!text.startsWith('1.')) throw new NodeError('not-dicom', 'expected a DICOM file');
  return { studyInstanceUid: text.split(' ')[0] ?? '', sopClassUid: '1.2', sopInstanceUid: '1.3' };
}

describe('web application', () => {
  let server: WebServer;
  let exams: ExamStatus[];
  let reruns: string[];
  let logLines: string[];
  let answerRerun: (study: string) => Promise<RerunAnswer>;

  beforeEach(async () => {
    exams = [];
    reruns = [];
    logLines = [];
    answerRerun = () => Promise.resolve({ kind: 'queued', id: 'abcdef012345' });
    const parts: WebParts = {
      credentials: CREDENTIALS,
      exams: () => exams,
      rerun: (study) => {
        reruns.push(study);
        return answerRerun(study);
      },
      identify: identifyText,
      log: createLog({
        level: 'info',
        isTerminal: false,
        write: (line) => void logLines.push(line),
      }),
    };
    server = await startWebServer(parts, { host: '127.0.0.1', port: 0 });
  });

  afterEach(() => server.close());

  const get = (path: string, headers: Record<string, string> = AUTHORIZED) =>
    fetch(server.url + path, { headers });

  const rerun = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api/rerun`, {
      method: 'POST',
      headers: { ...AUTHORIZED, 'Content-Type': 'application/json', ...headers },
      body,
    });

  describe('authentication', () => {
    it('lets only the right user and password in', async () => {
      expect((await get('/')).status).to.equal(200);
      for (const headers of [
        {},
        basic('reader', ''),
        basic('reader', 'wrong'),
        basic('', CREDENTIALS.password),
        { Authorization: 'Basic' },
        { Authorization: 'Basic ====' },
        { Authorization: 'Bearer x' },
      ]) {
        const answer = await get('/', headers);
        expect(answer.status).to.equal(401);
        expect(answer.headers.get('www-authenticate')).to.match(/^Basic /);
      }
    });

    it('guards every route but the health check', async () => {
      for (const path of ['/', '/style.css', '/api/exams', '/api/exams/x', '/nothing'])
        expect((await get(path, {})).status).to.equal(401);
      for (const path of ['/api/rerun', '/dicom-web/studies'])
        expect((await fetch(server.url + path, { method: 'POST' })).status).to.equal(401);
      const health = await get('/healthz', {});
      expect(health.status).to.equal(200);
      expect(await health.json()).to.include({ status: 'ok' });
      expect(reruns).to.deep.equal([]);
    });
  });

  describe('pages', () => {
    it('serves the status page with headers that keep it to itself', async () => {
      exams = [examStatusWith()];
      const answer = await get('/');
      expect(answer.headers.get('content-type')).to.match(/^text\/html/);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      expect(answer.headers.get('content-security-policy')).to.contain("default-src 'none'");
      expect(answer.headers.get('x-powered-by')).to.equal(null);
      expect(await answer.text()).to.contain('abcdef012345');
    });

    it('answers 404 in JSON for an address that is not served', async () => {
      const answer = await get('/nothing');
      expect(answer.status).to.equal(404);
      expect(await answer.json()).to.have.property('error');
    });
  });

  describe('exams as JSON', () => {
    it('lists them, and tells one with a summary', async () => {
      exams = [examStatusWith()];
      expect(await (await get('/api/exams')).json()).to.deep.equal(
        JSON.parse(JSON.stringify(exams)),
      );
      const one = (await (await get('/api/exams/abcdef012345')).json()) as { summary: string };
      expect(one.summary).to.contain('LV EF 50 %');
      expect((await get('/api/exams/000000000000')).status).to.equal(404);
    });
  });

  describe('re-run', () => {
    it('queues the study and says under which id', async () => {
      const answer = await rerun(JSON.stringify({ studyInstanceUid: STUDY }));
      expect(answer.status).to.equal(202);
      expect(await answer.json()).to.deep.equal({ kind: 'queued', id: 'abcdef012345' });
      expect(reruns).to.deep.equal([STUDY]);
    });

    it('answers 404 for a study that the PACS does not have', async () => {
      answerRerun = () => Promise.resolve({ kind: 'unknown-study' });
      expect((await rerun(JSON.stringify({ studyInstanceUid: STUDY }))).status).to.equal(404);
    });

    it('refuses what is not the JSON it expects, and forms of foreign pages', async () => {
      for (const body of ['', '{', '[]', '{}', '{"studyInstanceUid": "../x"}', '"x"'])
        expect((await rerun(body)).status, body).to.equal(400);
      const form = await rerun(JSON.stringify({ studyInstanceUid: STUDY }), {
        'Content-Type': 'text/plain',
      });
      expect(form.status).to.equal(400);
      expect((await rerun(`{"studyInstanceUid": "${'1'.repeat(5000)}"}`)).status).to.equal(413);
      expect(reruns).to.deep.equal([]);
    });

    it('says 503 while the PACS is away, in words of its own', async () => {
      answerRerun = () => Promise.reject(new NodeError('orthanc-unreachable', 'Orthanc is away'));
      const answer = await rerun(JSON.stringify({ studyInstanceUid: STUDY }));
      expect(answer.status).to.equal(503);
      expect(await answer.json()).to.deep.equal({ error: 'Orthanc is away' });
    });

    it('keeps foreign errors and UIDs out of answers and logs', async () => {
      answerRerun = () => Promise.reject(new Error(`cannot read ${STUDY} of Doe^John`));
      const answer = await rerun(JSON.stringify({ studyInstanceUid: STUDY }));
      expect(answer.status).to.equal(500);
      expect(await answer.text()).to.not.match(/Doe|498/);
      expect(logLines.join('')).to.not.match(/Doe|498\.77/);
      expect(logLines).to.have.lengthOf(1);
    });
  });

  describe('STOW-RS receiver', () => {
    const TYPE = 'multipart/related; type="application/dicom"; boundary=xyz';
    const part = (content: string) =>
      `--xyz\r\nContent-Type: application/dicom\r\n\r\n${content}\r\n`;

    /** Sends chunked, as Orthanc does: fetch would send a string with its length. */
    function stow(chunks: readonly string[], type = TYPE) {
      return new Promise<{ status: number; body: string }>((resolve, reject) => {
        const headers = { ...AUTHORIZED, 'Content-Type': type, 'Transfer-Encoding': 'chunked' };
        const options = { method: 'POST', headers };
        const sent = httpRequest(`${server.url}/dicom-web/studies`, options, (answer) => {
          const received: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => received.push(chunk));
          answer.on('end', () => {
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(received).toString() });
          });
        });
        sent.on('error', reject);
        for (const chunk of chunks) sent.write(chunk);
        sent.end();
      });
    }

    it('accounts for every instance and asks for one re-run a study', async () => {
      const { status, body } = await stow([
        part('1.1 first'),
        part('1.1 second'),
        part('1.2 third'),
        '--xyz--',
      ]);
      expect(status).to.equal(200);
      const answer = JSON.parse(body) as Record<string, { Value: unknown[] }>;
      expect(answer['00081199'].Value).to.have.lengthOf(3);
      expect(reruns).to.deep.equal(['1.1', '1.2']);
    });

    it('reads instances that are larger than what it keeps', async () => {
      const pixels = 'p'.repeat(3 * 1024 * 1024);
      const { status } = await stow([part(`1.1 ${pixels}`), part(`1.1 ${pixels}`), '--xyz--']);
      expect(status).to.equal(200);
      expect(reruns).to.deep.equal(['1.1']);
    });

    it('names an unreadable instance as failed and runs the others', async () => {
      const { status, body } = await stow([part('broken'), part('1.1'), '--xyz--']);
      expect(status).to.equal(202);
      const answer = JSON.parse(body) as Record<string, { Value: unknown[] }>;
      expect(answer['00081198'].Value).to.have.lengthOf(1);
      expect(answer['00081199'].Value).to.have.lengthOf(1);
      expect(reruns).to.deep.equal(['1.1']);
    });

    it('refuses a study that the PACS does not have', async () => {
      answerRerun = () => Promise.resolve({ kind: 'unknown-study' });
      expect((await stow([part('1.1'), '--xyz--'])).status).to.equal(409);
    });

    it('refuses other content, an empty request and one that was cut off', async () => {
      expect((await stow([part('1.1'), '--xyz--'], 'application/dicom')).status).to.equal(415);
      expect((await stow(['--xyz--'])).status).to.equal(400);
      expect((await stow([part('1.1').slice(0, -2)])).status).to.equal(400);
      expect((await stow(['{}'])).status).to.equal(400);
      expect(reruns).to.deep.equal([]);
    });
  });

  it('says which address is taken', async () => {
    const port = Number(new URL(server.url).port);
    const parts = { exams: () => exams, rerun: answerRerun, identify: identifyText };
    const log = createLog({ level: 'silent', isTerminal: false, write: () => undefined });
    let failure: unknown;
    try {
      const host = '127.0.0.1';
      await startWebServer({ ...parts, credentials: CREDENTIALS, log }, { host, port });
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(NodeError);
    expect((failure as NodeError).message).to.contain(`127.0.0.1:${port}`);
  });
});
