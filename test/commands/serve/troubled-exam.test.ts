import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openFrontDoor } from '../../support/front-door.ts';
import {
  analyseTiny,
  nextSweeps,
  startNodeInProcess,
  type NodeInProcess,
  type NodeOptions,
} from '../../support/node-in-process.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../../support/orthanc-process.ts';
import { tinyImages, type TinyImage } from '../../support/tiny-study.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('runNode, when something goes wrong with an exam', () => {
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
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-troubled-'));
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.stop();
    rmSync(folder, { recursive: true, force: true });
    await deleteStudies();
  });

  function startNode(options: Partial<NodeOptions> = {}): NodeInProcess {
    const node = startNodeInProcess({ orthanc, folder, ...options });
    nodes.push(node);
    return node;
  }

  async function send(images: readonly TinyImage[]): Promise<void> {
    for (const { bytes } of images)
      await orthanc.fetch('/instances', { method: 'POST', body: Buffer.from(bytes) });
  }

  async function deleteStudies(): Promise<void> {
    for (const id of (await orthanc.get('/studies')) as string[])
      await orthanc.fetch(`/studies/${id}`, { method: 'DELETE' });
  }

  const askedFor = () => readFileSync(join(folder, 'asked-for.json'), 'utf8');

  const delivered = (node: NodeInProcess) =>
    waitFor('delivery', async () =>
      (await node.exams()).find(({ delivery }) => delivery === 'delivered'),
    );

  it('analyses a study that was deleted during its analysis and is then sent again', async () => {
    const images = tinyImages('deleted-and-resent', { to: 3 });
    await send(images);
    const node = startNode({
      analyse: async (instances, options) => {
        if (node.analyses.length === 1) await deleteStudies();
        return analyseTiny(instances, options);
      },
    });
    await waitFor('it to notice', () => node.lines.join('').includes('no longer in Orthanc'));
    await nextSweeps(node);
    await send(images);
    expect((await delivered(node)).work).to.equal('done');
    expect(node.analyses).to.have.lengthOf(2);
  });

  it('shows results as delivered though the journal cannot be saved, and saves it later', async () => {
    // Where the journal is drafted lies a folder: writing fails as it does on a full disk.
    const obstacle = join(folder, `studies.json.${process.pid}.new`);
    await send(tinyImages('disk-full', { to: 3 }));
    const node = startNode({
      analyse: (instances, options) => {
        mkdirSync(obstacle);
        return analyseTiny(instances, options);
      },
    });
    await waitFor('the error', () => node.lines.join('').includes('the journal is not saved'));
    const exam = await delivered(node);
    expect(exam.reason).to.equal(undefined);
    rmdirSync(obstacle);
    await nextSweeps(node);
    expect(readFileSync(join(folder, 'studies.json'), 'utf8')).to.contain('"done"');
    expect((await node.exams()).map(({ delivery }) => delivery)).to.deep.equal(['delivered']);
  });

  it('writes the note of delivered results again when Orthanc failed at it', async () => {
    await send(tinyImages('note-failed', { to: 3 }));
    const door = await openFrontDoor(orthanc.url);
    try {
      door.intercept((method, path) =>
        method === 'PUT' && path.includes('/metadata/') ? { status: 503 } : undefined,
      );
      const node = startNode({ argv: ['--orthanc-url', door.url] });
      await waitFor('it to be tried again', () => node.lines.join('').includes('is tried again'));
      expect((await node.exams()).at(0)).to.include({ work: 'done', delivery: 'delivered' });
      door.intercept(() => undefined);
      await waitFor('the end', () => node.lines.join('').includes('exam done'));
      const studies = readFileSync(join(folder, 'studies.json'), 'utf8');
      expect(studies).to.contain('"isNoted":true');
      expect(node.analyses).to.have.lengthOf(1);
      expect((await node.exams()).at(0)?.reason).to.equal(undefined);
    } finally {
      await door.close();
    }
  });

  it('keeps a request of a person, and the findings there are, over a restart', async () => {
    const images = tinyImages('asked-for', { to: 3 });
    const [image] = images as [TinyImage];
    await send(images);
    const never = new AbortController();
    let isHeld = false;
    const first = startNode({
      analyse: async (instances, options) => {
        if (isHeld) await once(never.signal, 'abort');
        return analyseTiny(instances, options);
      },
    });
    await delivered(first);
    isHeld = true;
    expect((await first.rerun(image)).status).to.equal(202);
    expect(askedFor()).to.contain('orthancStudyId');
    await waitFor('the analysis', () => first.analyses.length === 2);
    const stopped = first.stop();
    never.abort();
    await stopped;
    const second = startNode();
    // From the beginning, and not only once a sweep has found it.
    expect((await second.exams()).at(0)?.findings).not.to.equal(undefined);
    await waitFor('the analysis', () => second.analyses.length === 1);
    await delivered(second);
    await second.stop();
    const third = startNode();
    await nextSweeps(third);
    expect(third.analyses).to.deep.equal([]);
    expect((await third.exams()).map(({ work }) => work)).to.deep.equal(['done']);
  });

  it('makes an exam anew that is asked for while its results are already there', async () => {
    const images = tinyImages('asked-early', { to: 3 });
    await send(images);
    const door = await openFrontDoor(orthanc.url);
    const passes = new AbortController();
    try {
      door.intercept(async (method, path) => {
        const isNote = method === 'PUT' && path.includes('/metadata/');
        if (isNote && !passes.signal.aborted) await once(passes.signal, 'abort');
        return undefined;
      });
      const node = startNode({ argv: ['--orthanc-url', door.url] });
      await delivered(node);
      const answer = await node.rerun(images[0]);
      expect(await answer.json()).to.include({ kind: 'queued' });
      passes.abort();
      await waitFor('the second analysis', () => node.analyses.length === 2);
      await waitFor('its end', () => !askedFor().includes('orthancStudyId'));
      await delivered(node);
      await nextSweeps(node);
      expect(node.analyses).to.have.lengthOf(2);
    } finally {
      passes.abort();
      await door.close();
    }
  });

  it('does not leave an exam queued that Orthanc refuses to tell of', async () => {
    const images = tinyImages('refused-study', { to: 3 });
    const [image] = images as [TinyImage];
    await send(images);
    const door = await openFrontDoor(orthanc.url);
    try {
      door.intercept((_method, path) =>
        path.startsWith('/studies/') ? { status: 403 } : undefined,
      );
      const node = startNode({ argv: ['--orthanc-url', door.url] });
      expect((await node.rerun(image)).status).to.equal(202);
      const exam = await waitFor('the failure', async () =>
        (await node.exams()).find(({ work }) => work === 'failed'),
      );
      expect(exam.reason).to.contain('HTTP 403');
      await waitFor('the request to be forgotten', () => !askedFor().includes('orthancStudyId'));
    } finally {
      await door.close();
    }
  });

  it('says that DICOMweb is not where it should be, and goes on once it is', async () => {
    const images = tinyImages('no-dicomweb', { to: 3 });
    await send(images);
    const door = await openFrontDoor(orthanc.url);
    try {
      door.intercept((_method, path) =>
        path.startsWith('/dicom-web/') ? { status: 404 } : undefined,
      );
      const node = startNode({ argv: ['--orthanc-url', door.url] });
      const failed = await waitFor('the failure', async () =>
        (await node.exams()).find(({ work }) => work === 'failed'),
      );
      expect(failed.reason).to.contain('/dicom-web').and.to.contain('--dicomweb-root');
      const line = node.lines.find((text) => text.includes('exam failed')) ?? '';
      expect(line).to.contain('"level":"error"').and.to.contain('configuration-invalid');
      expect(node.lines.join('')).not.to.contain('no longer in Orthanc');
      door.intercept(() => undefined);
      await delivered(node);
    } finally {
      await door.close();
    }
  });
});
