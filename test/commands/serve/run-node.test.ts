import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Analyse } from '../../../src/commands/serve/exam-job.ts';
import { modelLine } from '../../../src/commands/serve/model-line.ts';
import { runNode } from '../../../src/commands/serve/run-node.ts';
import { resolveServeConfig } from '../../../src/config.ts';
import { identifyInstance } from '../../../src/dicom/identify-instance.ts';
import { NodeError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';
import { createDicomWebStore } from '../../../src/orthanc/dicomweb.ts';
import { failure } from '../../support/failure.ts';
import {
  nextSweeps,
  resultOf,
  startNodeInProcess,
  type NodeInProcess,
} from '../../support/node-in-process.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../../support/orthanc-process.ts';
import { tinyImages, type TinyImage } from '../../support/tiny-study.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('runNode', () => {
  let orthanc: OrthancProcess;
  let folder = '';
  const nodes: NodeInProcess[] = [];

  before(async function () {
    if (!hasOrthanc()) return this.skip();
    orthanc = await startOrthanc();
  });
  after(async () => {
    await (orthanc as OrthancProcess | undefined)?.remove();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-node-'));
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function startNode(analyse?: Analyse, argv: readonly string[] = [], password?: string) {
    const node = startNodeInProcess({ orthanc, folder, analyse, argv, password });
    nodes.push(node);
    return node;
  }

  const store = () =>
    createDicomWebStore({ ...orthanc, url: `${orthanc.url}/dicom-web`, timeoutMs: 5000 });
  const send = (images: readonly TinyImage[]) => store().store(images.map((image) => image.bytes));

  /** Series of the study other than its MR series. */
  async function resultSeries(images: readonly TinyImage[]): Promise<string[]> {
    const StudyInstanceUID = images.at(0)?.studyInstanceUid;
    const found = await orthanc.fetch('/tools/find', {
      method: 'POST',
      body: JSON.stringify({
        Level: 'Series',
        Query: { StudyInstanceUID, Modality: 'OT' },
      }),
    });
    return (await found.json()) as string[];
  }

  const delivered = (node: NodeInProcess, count = 1) =>
    waitFor('delivery', async () => {
      const exams = await node.exams();
      const done = exams.filter((exam) => exam.delivery === 'delivered');
      return done.length >= count && done;
    });

  it('removes what a killed night copied, also when no night is to come', async () => {
    mkdirSync(join(folder, 'night', 'exams'), { recursive: true });
    startNode();
    await waitFor('the removal', () => !existsSync(join(folder, 'night')));
  });

  it('analyses what arrives, stores the results, and shows that it did', async () => {
    const images = tinyImages('node', { to: 3 });
    const node = startNode();
    await send(images);
    const exam = (await delivered(node)).at(0);
    expect(exam).to.include({ work: 'done', attempts: 1 });
    expect(await resultSeries(images)).to.have.lengthOf(3);
    expect(node.analyses).to.deep.equal([[3, true]]);
    // No patient data, and no UID from which a patient can be told.
    const log = node.lines.join('');
    expect(log).not.to.contain('TINY').and.not.to.contain('Tiny^Test');
    expect(log).not.to.contain(images[0]?.studyInstanceUid);
  });

  it('makes nothing twice: after a restart, with its state or without', async () => {
    const images = tinyImages('node-restart', { to: 2 });
    await send(images);
    const first = startNode();
    await delivered(first);
    await first.stop();
    const second = startNode();
    await nextSweeps(second);
    expect((await second.exams()).map((exam) => exam.delivery)).to.include('delivered');
    await second.stop();
    rmSync(folder, { recursive: true });
    const third = startNode();
    await nextSweeps(third);
    expect([...second.analyses, ...third.analyses]).to.deep.equal([]);
    expect(await resultSeries(images)).to.have.lengthOf(3);
  });

  it('does not loop when someone deletes the results, and makes them again when asked', async () => {
    const images = tinyImages('node-deleted', { to: 2 });
    await send(images);
    const node = startNode();
    await waitFor('results', async () => (await resultSeries(images)).length === 3);
    await delivered(node);
    for (const id of await resultSeries(images))
      await orthanc.fetch(`/series/${id}`, { method: 'DELETE' });
    const analyses = node.analyses.length;
    await nextSweeps(node);
    expect(node.analyses).to.have.lengthOf(analyses);
    expect(await resultSeries(images)).to.deep.equal([]);
    const [image] = images as [TinyImage];
    const answer = await node.rerun(image);
    expect(answer.status).to.equal(202);
    expect(((await answer.json()) as { kind: string }).kind).to.equal('queued');
    await waitFor('results', async () => (await resultSeries(images)).length === 3);
  });

  it('analyses again when an image comes late', async () => {
    const images = tinyImages('node-late', { to: 4 });
    const node = startNode(undefined, ['--backlog-days', '1']);
    await send(images.slice(0, 3));
    await waitFor('results', async () => (await resultSeries(images)).length === 3);
    await send(images.slice(3));
    await waitFor('more results', async () => (await resultSeries(images)).length === 6);
    expect(node.analyses.map(([count]) => count)).to.include.members([3, 4]);
  });

  it('waits for the rest of an incomplete exam, then takes it as it is', async () => {
    const images = tinyImages('node-waiting', { to: 2 });
    const [image] = images as [TinyImage];
    const node = startNode(
      (instances, { waitIsOver }) =>
        waitIsOver || instances.length !== 2
          ? Promise.resolve(resultOf(image.studyInstanceUid, 'partial'))
          : Promise.reject(new NodeError('exam-incomplete', 'one phase is missing')),
      ['--wait', '4'],
    );
    await send(images);
    const waiting = await waitFor('the wait', async () =>
      (await node.exams()).find((exam) => exam.work === 'waiting'),
    );
    expect(waiting.reason).to.contain('one phase is missing');
    await waitFor('results', async () => (await resultSeries(images)).length === 3);
    // Once at first, once after the wait, and not with every sweep in between.
    expect(node.analyses.filter(([count]) => count === 2).slice(0, 2)).to.deep.equal([
      [2, false],
      [2, true],
    ]);
  });

  it('refuses what is no cine, once', async () => {
    const images = tinyImages('node-refused', { to: 6 });
    const refuse: Analyse = (instances) =>
      instances.length === 6
        ? Promise.reject(new NodeError('no-cine', 'no stack is a short-axis cine'))
        : Promise.resolve(resultOf('1.2.3', 'never'));
    await send(images);
    const node = startNode(refuse);
    const refused = (from: NodeInProcess) =>
      waitFor('the refusal', async () => (await from.exams()).find((e) => e.work === 'refused'));
    expect((await refused(node)).reason).to.contain('short-axis cine');
    await nextSweeps(node);
    await node.stop();
    const again = startNode(refuse);
    await refused(again);
    await nextSweeps(again);
    const ofSix = [...node.analyses, ...again.analyses].filter(([count]) => count === 6);
    expect(ofSix).to.have.lengthOf(1);
  });

  it('reports a defect without its message and goes on with the next exam', async () => {
    const [bad, good] = [tinyImages('node-defect', { to: 5 }), tinyImages('node-next', { to: 2 })];
    const node = startNode((instances) =>
      instances.length === 5
        ? Promise.reject(new TypeError('cannot read Tiny^Test'))
        : Promise.resolve(resultOf(good[0]?.studyInstanceUid ?? '', 'next')),
    );
    await send(bad);
    const failed = await waitFor('the failure', async () =>
      (await node.exams()).find((exam) => exam.work === 'failed'),
    );
    expect(failed.reason).to.contain('defect');
    await send(good);
    await waitFor('results', async () => (await resultSeries(good)).length === 3);
    expect(node.analyses.filter(([count]) => count === 5)).to.have.lengthOf(1);
    expect(node.lines.join('')).not.to.contain('Tiny^Test');
  });

  it('ends at the start when the password is wrong', async () => {
    const node = startNode(undefined, [], 'wrong-secret');
    const error = await failure(node.ended, 'orthanc-unauthorized');
    expect(error.message).not.to.contain('secret');
  });

  it('waits for an Orthanc that is not there yet, says so, and goes on', async () => {
    const images = tinyImages('node-down', { to: 2 });
    await send(images);
    await orthanc.stop();
    const node = startNode();
    await waitFor('the message', () => node.lines.join('').includes('waiting for Orthanc'));
    await orthanc.start();
    await waitFor('results', async () => (await resultSeries(images)).length === 3);
  });

  it('delivers after Orthanc was gone in the middle, without a second analysis', async () => {
    const images = tinyImages('node-gone', { to: 7 });
    const [image] = images as [TinyImage];
    await send(images);
    const node = startNode(async (instances) => {
      if (instances.length !== 7) return resultOf(image.studyInstanceUid, 'other');
      await orthanc.stop();
      return resultOf(image.studyInstanceUid, 'gone');
    });
    await waitFor('it to notice', () => node.lines.join('').includes('tried again'));
    await orthanc.start();
    await waitFor('results', async () => (await resultSeries(images)).length >= 3);
    await delivered(node);
    expect(node.analyses.filter(([count]) => count === 7)).to.have.lengthOf(1);
  });

  it('abandons the analysis at hand when told to stop, and takes it up at the next start', async () => {
    const images = tinyImages('node-stopped', { to: 8 });
    await send(images);
    let begun = false;
    const finish = new AbortController();
    const first = startNode(async (instances) => {
      const identity = instances.map((instance) => identifyInstance(instance.bytes)).at(0);
      if (instances.length === 8) {
        begun = true;
        await once(finish.signal, 'abort');
      }
      return resultOf(identity?.studyInstanceUid ?? '', 'stopped');
    });
    await waitFor('the analysis', () => begun);
    const stopped = first.stop();
    finish.abort();
    await stopped;
    expect(await resultSeries(images)).to.deep.equal([]);
    expect(first.lines.join('')).to.contain('abandoned');
    startNode();
    await waitFor('results', async () => (await resultSeries(images)).length === 3);
  });

  it('keeps the findings when the PACS refuses the results, and does not analyse again', async () => {
    const images = tinyImages('node-store-refused', { to: 2 });
    const script = join(folder, 'no-stow.lua');
    writeFileSync(
      script,
      "function IncomingHttpRequestFilter(m, uri) return uri ~= '/dicom-web/studies' end\n",
    );
    const strict = await startOrthanc({ configuration: { LuaScripts: [script] } });
    try {
      for (const { bytes } of images)
        await strict.fetch('/instances', { method: 'POST', body: Buffer.from(bytes) });
      const node = startNode(undefined, ['--orthanc-url', strict.url]);
      const exam = await waitFor('the refusal', async () =>
        (await node.exams()).find(({ delivery }) => delivery === 'failed'),
      );
      expect(exam.work).to.equal('done');
      expect(exam.reason).to.contain('refused to store');
      await nextSweeps(node);
      expect(node.analyses).to.have.lengthOf(1);
    } finally {
      await strict.remove();
    }
  });

  it('brings nothing back of a study that is deleted while it is analysed', async () => {
    const images = tinyImages('node-vanished', { to: 10 });
    await send(images);
    const studies = () =>
      orthanc
        .fetch('/tools/lookup', { method: 'POST', body: images[0]?.studyInstanceUid ?? '' })
        .then(async (answer) => (await answer.json()) as { Path: string }[]);
    const node = startNode(async (instances) => {
      if (instances.length === 10)
        for (const { Path } of await studies()) await orthanc.fetch(Path, { method: 'DELETE' });
      return resultOf(images[0]?.studyInstanceUid ?? '', 'vanished');
    });
    await waitFor('it to notice', () => node.lines.join('').includes('no longer in Orthanc'));
    expect(await studies()).to.deep.equal([]);
    expect(await node.exams()).to.deep.equal([]);
  });

  it('does not read a study that is larger than it may hold', async () => {
    const images = tinyImages('node-large', { to: 9 });
    await send(images);
    const node = startNode(undefined, ['--max-study-mb', '0.001']);
    const exam = await waitFor('the failure', async () =>
      (await node.exams()).find(({ work }) => work === 'failed'),
    );
    expect(exam.reason).to.contain('listen.maxStudyMegabytes');
    expect(node.analyses).to.deep.equal([]);
  });

  it('makes itself known to Orthanc when told under which URL', async () => {
    const node = startNode(undefined, ['--register-url', 'http://127.0.0.1:9/']);
    await waitFor('it to be registered', () => node.lines.join('').includes('registered'));
    const server = await orthanc.get('/dicom-web/servers/cinemyops');
    expect(server).to.be.an('array');
    expect(node.lines.join('')).not.to.contain('could not be registered');
  });

  it('makes a password for its page when none is given', async () => {
    const config = resolveServeConfig({
      argv: ['--orthanc-url', 'http://127.0.0.1:1', '--state-dir', folder, '--web-port', '0'],
      env: {},
    });
    const controller = new AbortController();
    const lines: string[] = [];
    const log = createLog({ level: 'info', isTerminal: false, write: (l) => void lines.push(l) });
    const analyse: Analyse = () => Promise.reject(new Error('never'));
    const ended = runNode({
      ...{ config, log, analyse, models: modelLine(config) },
      signal: controller.signal,
    });
    const url = await waitFor('the page', () => /"url":"([^"]+)"/.exec(lines.join(''))?.[1]);
    const password = readFileSync(join(folder, 'web-password'), 'utf8').trim();
    expect(password).to.have.lengthOf(24);
    expect(lines.join('')).not.to.contain(password);
    const authorization = `Basic ${Buffer.from(`cinemyops:${password}`).toString('base64')}`;
    expect((await fetch(url)).status).to.equal(401);
    expect((await fetch(url, { headers: { authorization } })).status).to.equal(200);
    controller.abort();
    await ended;
  });
});
