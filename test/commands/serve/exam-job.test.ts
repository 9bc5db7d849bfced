import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createExamJob, type ExamJob } from '../../../src/commands/serve/exam-job.ts';
import { openStatusBoard, type StatusBoard } from '../../../src/commands/serve/status-board.ts';
import { identifyInstance } from '../../../src/dicom/identify-instance.ts';
import { NodeError } from '../../../src/errors.ts';
import { openJournal, type Journal } from '../../../src/listen/journal.ts';
import { writeNote } from '../../../src/listen/result-note.ts';
import { readStudySource, type StudySource } from '../../../src/listen/study-source.ts';
import { createLog } from '../../../src/log.ts';
import { createOrthancClient, type OrthancClient } from '../../../src/orthanc/client.ts';
import { createDicomWebStore } from '../../../src/orthanc/dicomweb.ts';
import { SOFTWARE } from '../../../src/software.ts';
import { openFrontDoor, type FrontDoor } from '../../support/front-door.ts';
import { resultOf } from '../../support/node-in-process.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../../support/orthanc-process.ts';
import { tinyImages, type TinyImage } from '../../support/tiny-study.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('exam job', () => {
  const log = createLog({ level: 'silent', isTerminal: false, write: () => undefined });
  let orthanc: OrthancProcess;
  let client: OrthancClient;
  let folder = '';
  let journal: Journal;
  let board: StatusBoard;
  let job: ExamJob;
  let door: FrontDoor;
  let model = '';
  let analyses = 0;

  before(async function () {
    if (!hasOrthanc()) return this.skip();
    orthanc = await startOrthanc();
    door = await openFrontDoor(orthanc.url);
  });
  after(async () => {
    await (door as FrontDoor | undefined)?.close();
    await (orthanc as OrthancProcess | undefined)?.remove();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-job-'));
    const connection = { ...orthanc, url: door.url, timeoutMs: 5000 };
    door.intercept(() => undefined);
    [model, analyses] = ['m1', 0];
    client = createOrthancClient(connection);
    journal = await openJournal(folder, log);
    board = await openStatusBoard(folder, { now: Date.now, log, isDone: () => false });
    job = createExamJob({
      ...{ client, journal, board, now: Date.now },
      analyse: (instances, { waitIsOver }) => {
        analyses++;
        if (!waitIsOver) throw new NodeError('exam-incomplete', 'a slice is missing');
        const { studyInstanceUid } = identifyInstance(instances[0]?.bytes ?? new Uint8Array());
        return Promise.resolve(resultOf(studyInstanceUid, model));
      },
      wantedModel: () => Promise.resolve(model),
      store: createDicomWebStore({ ...connection, url: `${door.url}/dicom-web` }),
      ...{ dicomWebRoot: '/dicom-web', waitMs: 3_600_000, maxStudyBytes: 1e9 },
      signal: new AbortController().signal,
    });
  });
  afterEach(async () => {
    await board.flush();
    rmSync(folder, { recursive: true, force: true });
  });

  async function send(images: readonly TinyImage[]): Promise<string> {
    for (const { bytes } of images)
      await orthanc.fetch('/instances', { method: 'POST', body: Buffer.from(bytes) });
    return (await client.findStudy(images[0]?.studyInstanceUid ?? '')) ?? '';
  }

  /** A study whose images have all come. */
  const stable = (orthancStudyId: string): Promise<StudySource> =>
    waitFor('it to be stable', async () => {
      const source = await readStudySource(client, orthancStudyId);
      return source?.isStable === true ? source : undefined;
    });

  const run = (orthancStudyId: string, isAskedFor = false) =>
    job.run({ orthancStudyId, dueMs: 0, failures: 0, isAskedFor }, log);
  const refuseToStore = () => {
    door.intercept((method, path) =>
      method === 'POST' && path === '/dicom-web/studies' ? { status: 400 } : undefined,
    );
  };
  const isStored = async (studyInstanceUid: string, salt: string) => {
    const [object] = resultOf(studyInstanceUid, salt).objects;
    const store = createDicomWebStore({
      ...orthanc,
      url: `${orthanc.url}/dicom-web`,
      timeoutMs: 5000,
    });
    return (await store.instancesOf(object)).length > 0;
  };

  it('delivers again what could not be delivered, without another analysis', async () => {
    const { orthancStudyId } = await stable(await send(tinyImages('job-again', { to: 2 })));
    refuseToStore();
    expect((await run(orthancStudyId, true)).kind).to.equal('failed');
    door.intercept(() => undefined);
    expect((await run(orthancStudyId, true)).kind).to.equal('done');
    expect(analyses).to.equal(1);
  });

  it('analyses again under a model that was promoted since the delivery failed', async () => {
    const source = await stable(await send(tinyImages('job-model', { to: 2 })));
    const { orthancStudyId, studyInstanceUid } = source;
    refuseToStore();
    expect((await run(orthancStudyId, true)).kind).to.equal('failed');
    door.intercept(() => undefined);
    model = 'm2';
    expect((await run(orthancStudyId, true)).kind).to.equal('done');
    expect(await isStored(studyInstanceUid, 'm1')).to.equal(false);
    expect(await isStored(studyInstanceUid, 'm2')).to.equal(true);
  });

  it('keeps nothing of a study once it was told to forget it', async () => {
    const { orthancStudyId } = await stable(await send(tinyImages('job-forget', { to: 2 })));
    expect((await run(orthancStudyId)).kind).to.equal('waiting');
    refuseToStore();
    expect((await run(orthancStudyId, true)).kind).to.equal('failed');
    expect(analyses).to.equal(2);
    job.forget(orthancStudyId);
    door.intercept(() => undefined);
    expect((await run(orthancStudyId, true)).kind).to.equal('done');
    expect(analyses).to.equal(3);
  });

  it('shows as done what the note beside the study says is done', async () => {
    const source = await stable(await send(tinyImages('job-noted', { to: 2 })));
    const { orthancStudyId, sourceKey } = source;
    const note = { sourceKey, model: 'm', fingerprint: 'f', results: [] };
    await writeNote(client, orthancStudyId, note);
    board.update(source, { work: 'queued', delivery: 'none' });
    expect((await run(orthancStudyId)).kind).to.equal('nothing-to-do');
    expect(board.get(source.studyInstanceUid)).to.include({ work: 'done', delivery: 'delivered' });
  });

  it('shows as done or refused what the journal says', async () => {
    const source = await stable(await send(tinyImages('job-journal', { to: 2 })));
    const { orthancStudyId, sourceKey, studyUpdatedAtMs: updatedAtMs } = source;
    const entry = { sourceKey, updatedAtMs, software: SOFTWARE.version, isNoted: false };
    for (const outcome of ['done', 'refused'] as const) {
      journal.record(orthancStudyId, { ...entry, outcome });
      board.update(source, { work: 'queued', delivery: 'none' });
      expect((await run(orthancStudyId)).kind).to.equal('nothing-to-do');
      expect(board.get(source.studyInstanceUid)?.work).to.equal(outcome);
    }
  });

  it('shows that an exam waits while more images come in', async () => {
    const images = tinyImages('job-coming', { to: 2 });
    const [{ studyInstanceUid }] = images as [TinyImage];
    const orthancStudyId = await send(images);
    board.update({ studyInstanceUid, orthancStudyId }, { work: 'queued' });
    expect((await run(orthancStudyId)).kind).to.equal('nothing-to-do');
    expect(board.get(studyInstanceUid)?.work).to.equal('waiting');
  });

  it('does not show a study without MR images', async () => {
    const images = tinyImages('job-no-images', { to: 1, modality: 'OT' });
    const [{ studyInstanceUid }] = images as [TinyImage];
    const orthancStudyId = await send(images);
    board.update({ studyInstanceUid, orthancStudyId }, { work: 'queued' });
    expect((await run(orthancStudyId)).kind).to.equal('nothing-to-do');
    expect(board.exams()).to.deep.equal([]);
  });
});
