import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openJournal, type Journal } from '../../src/listen/journal.ts';
import { listen, type ListenOptions } from '../../src/listen/listen.ts';
import { writeNote } from '../../src/listen/result-note.ts';
import type { StudySource } from '../../src/listen/study-source.ts';
import { createLog } from '../../src/log.ts';
import { createOrthancClient, type OrthancClient } from '../../src/orthanc/client.ts';
import { createDicomWebStore, type DicomWebStore } from '../../src/orthanc/dicomweb.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../support/orthanc-process.ts';
import { tinyImages, type TinyImage } from '../support/tiny-study.ts';
import { waitFor } from '../support/wait-for.ts';

interface Ear {
  readonly heard: StudySource[];
  readonly lines: string[];
  readonly journal: Journal;
  readonly stop: () => Promise<void>;
}

describe('listen', () => {
  let orthanc: OrthancProcess;
  let client: OrthancClient;
  let store: DicomWebStore;
  let folder = '';
  const ears: Ear[] = [];

  before(async function () {
    if (!hasOrthanc()) return this.skip();
    orthanc = await startOrthanc();
    const connection = { ...orthanc, timeoutMs: 2000 };
    client = createOrthancClient(connection);
    store = createDicomWebStore({ ...connection, url: `${orthanc.url}/dicom-web` });
  });
  after(async () => {
    await (orthanc as OrthancProcess | undefined)?.remove();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-listen-'));
  });
  afterEach(async () => {
    for (const ear of ears.splice(0)) await ear.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (images: readonly TinyImage[]) => store.store(images.map((image) => image.bytes));

  /** Listens with a state folder of this test, until the test ends. */
  async function hear(options: Partial<ListenOptions> = {}): Promise<Ear> {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const log = createLog({ level: 'debug', isTerminal: false, write });
    const journal = await openJournal(folder, log);
    const heard: StudySource[] = [];
    const offer = (source: StudySource) => void heard.push(source);
    const controller = new AbortController();
    const listening = listen(
      {
        ...{ client, journal, log, offer, now: Date.now, software: '1' },
        onBack: () => Promise.resolve(),
      },
      {
        ...{ pollMs: 50, sweepMs: 3_600_000, backlogMs: Number.POSITIVE_INFINITY, ...options },
        signal: controller.signal,
      },
    );
    const stop = async () => {
      controller.abort();
      await listening;
    };
    const ear = { heard, lines, journal, stop };
    ears.push(ear);
    return ear;
  }

  /** The first time that a study is heard of. */
  const hearing = (ear: Ear, image: TinyImage | undefined) =>
    waitFor('the study', () => heardOf(ear, image).at(0));

  const heardOf = (ear: Ear, image: TinyImage | undefined) =>
    ear.heard.filter((source) => source.studyInstanceUid === image?.studyInstanceUid);

  it('hears a study once its series is stable, with all of its images', async () => {
    const ear = await hear();
    await waitFor('the first sweep', () => ear.journal.since() !== undefined);
    const images = tinyImages('heard', { to: 5 });
    await send(images);
    const source = await hearing(ear, images[0]);
    expect(source.instanceCount).to.equal(5);
    expect(source.isStable).to.equal(true);
  });

  it('hears again when an image comes late, and not when the same ones are sent again', async () => {
    const ear = await hear();
    const all = tinyImages('late', { to: 4 });
    await send(all.slice(0, 3));
    await waitFor('the study', () => heardOf(ear, all[0]).length === 1);
    await send(all.slice(0, 3));
    await send(all.slice(3));
    await waitFor('the late image', () => heardOf(ear, all[0]).length === 2);
    const [before, after] = heardOf(ear, all[0]).map((source) => source.sourceKey);
    expect(heardOf(ear, all[0]).at(1)?.instanceCount).to.equal(4);
    expect(after).not.to.equal(before);
  });

  it('does not hear what is not MR, such as the results of the node', async () => {
    const ear = await hear();
    const results = tinyImages('results-only', { to: 2, modality: 'SEG' });
    await send(results);
    const marker = tinyImages('after-the-results', { to: 1 });
    await send(marker);
    await waitFor('a later study', () => heardOf(ear, marker[0]).length > 0);
    expect(heardOf(ear, results[0])).to.deep.equal([]);
  });

  it('finds by a sweep what the feed told while nobody listened', async () => {
    const images = tinyImages('unheard', { to: 2 });
    await send(images);
    await waitFor('it to be stable', async () => {
      const id = await client.findStudy(images[0]?.studyInstanceUid ?? '');
      return (await client.study(id ?? '')).isStable;
    });
    const ear = await hear();
    await waitFor('the sweep', () => heardOf(ear, images[0]).length > 0);
  });

  it('leaves alone what Orthanc received too long ago', async () => {
    const ear = await hear({ backlogMs: 0 });
    await waitFor('the first sweep', () => ear.lines.join('').includes('sweep done'));
    expect(ear.heard).to.deep.equal([]);
  });

  it('goes on where it was after a restart of the node', async () => {
    const first = await hear();
    await waitFor('the first sweep', () => first.lines.join('').includes('sweep done'));
    await first.stop();
    const images = tinyImages('while-down', { to: 1 });
    await send(images);
    const since = first.journal.since() ?? 0;
    const second = await hear();
    await waitFor('the study', () => heardOf(second, images[0]).length > 0);
    expect(second.journal.since()).to.be.greaterThan(since);
  });

  it('does not hear again what is noted as done, even with an empty state folder', async () => {
    const images = tinyImages('noted', { to: 2 });
    await send(images);
    const first = await hear();
    const source = await hearing(first, images[0]);
    const note = { sourceKey: source.sourceKey, model: 'm1', fingerprint: 'f', results: ['1.2'] };
    expect(await writeNote(client, source.orthancStudyId, note)).to.equal(true);
    await first.stop();
    rmSync(folder, { recursive: true });
    const second = await hear();
    await waitFor('the sweep', () => second.lines.join('').includes('sweep done'));
    expect(heardOf(second, images[0])).to.deep.equal([]);
    expect(second.journal.entry(source.orthancStudyId)?.outcome).to.equal('done');
  });

  it('hears again what an older version refused, though nothing has changed', async () => {
    const images = tinyImages('refused-before', { to: 2 });
    await send(images);
    const first = await hear();
    const { orthancStudyId, sourceKey, studyUpdatedAtMs } = await hearing(first, images[0]);
    await first.stop();
    const refused = { sourceKey, updatedAtMs: studyUpdatedAtMs, isNoted: false } as const;
    first.journal.record(orthancStudyId, { ...refused, outcome: 'refused', software: '1' });
    await first.journal.save();
    const second = await hear();
    await waitFor('the sweep', () => second.lines.join('').includes('sweep done'));
    expect(heardOf(second, images[0])).to.deep.equal([]);
    await second.stop();
    second.journal.record(orthancStudyId, { ...refused, outcome: 'refused', software: '0' });
    await second.journal.save();
    await hearing(await hear(), images[0]);
  });

  it('passes over what was deleted, and forgets it', async () => {
    const images = tinyImages('deleted', { to: 2 });
    const ear = await hear();
    await send(images);
    const source = await hearing(ear, images[0]);
    await ear.stop();
    // Its changes stay in the feed as gaps, or as rows of a resource that is gone.
    const id = source.orthancStudyId;
    ear.journal.record(id, {
      ...{ sourceKey: 'k', updatedAtMs: 1, outcome: 'refused', software: '1', isNoted: false },
    });
    await ear.journal.save();
    await orthanc.fetch(`/studies/${id}`, { method: 'DELETE' });
    const next = await hear();
    await waitFor('the sweep', () => next.lines.join('').includes('sweep done'));
    expect(heardOf(next, images[0])).to.deep.equal([]);
    expect(next.journal.entry(id)).to.equal(undefined);
  });

  it('waits while Orthanc is away, says so once, and goes on', async () => {
    const ear = await hear();
    await waitFor('the first sweep', () => ear.lines.join('').includes('sweep done'));
    await orthanc.stop();
    await waitFor('it to notice', () => ear.lines.join('').includes('cannot listen'));
    await orthanc.start();
    const images = tinyImages('after-away', { to: 1 });
    await send(images);
    await waitFor('the study', () => heardOf(ear, images[0]).length > 0);
    const count = (text: string) => ear.lines.filter((line) => line.includes(text)).length;
    await waitFor('it to say so', () => count('listening to Orthanc again') > 0);
    expect(count('cannot listen')).to.equal(1);
    expect(count('listening to Orthanc again')).to.equal(1);
  });

  it('starts over when the database was replaced', async () => {
    const ear = await hear();
    await waitFor('the first sweep', () => ear.lines.join('').includes('sweep done'));
    const before = ear.journal.since() ?? 0;
    await orthanc.wipe();
    await orthanc.start();
    const images = tinyImages('restored', { to: 1 });
    await send(images);
    await waitFor('the study', () => heardOf(ear, images[0]).length > 0);
    expect(ear.journal.since()).to.be.lessThan(before);
    expect(ear.lines.join('')).to.contain('database was replaced');
  });
});
