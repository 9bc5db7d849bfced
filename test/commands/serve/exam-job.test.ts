import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createExamJob, type RunExam } from '../../../src/commands/serve/exam-job.ts';
import { openStatusBoard, type StatusBoard } from '../../../src/commands/serve/status-board.ts';
import { openJournal, type Journal } from '../../../src/listen/journal.ts';
import { writeNote } from '../../../src/listen/result-note.ts';
import { readStudySource, type StudySource } from '../../../src/listen/study-source.ts';
import { createLog } from '../../../src/log.ts';
import { createOrthancClient, type OrthancClient } from '../../../src/orthanc/client.ts';
import { createDicomWebStore } from '../../../src/orthanc/dicomweb.ts';
import { SOFTWARE } from '../../../src/software.ts';
import { analyseTiny } from '../../support/node-in-process.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../../support/orthanc-process.ts';
import { tinyImages, type TinyImage } from '../../support/tiny-study.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('an exam that came on the agenda and needs nothing any more', () => {
  const log = createLog({ level: 'silent', isTerminal: false, write: () => undefined });
  let orthanc: OrthancProcess;
  let client: OrthancClient;
  let folder = '';
  let journal: Journal;
  let board: StatusBoard;
  let runExam: RunExam;

  before(async function () {
    if (!hasOrthanc()) return this.skip();
    orthanc = await startOrthanc();
  });
  after(async () => {
    await (orthanc as OrthancProcess | undefined)?.remove();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-job-'));
    const connection = { ...orthanc, timeoutMs: 5000 };
    client = createOrthancClient(connection);
    journal = await openJournal(folder, log);
    board = await openStatusBoard(folder, { now: Date.now, log, isDone: () => false });
    runExam = createExamJob({
      ...{ client, journal, board, analyse: analyseTiny, now: Date.now },
      store: createDicomWebStore({ ...connection, url: `${orthanc.url}/dicom-web` }),
      ...{ dicomWebRoot: '/dicom-web', waitMs: 0, maxStudyBytes: 1e9 },
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

  const run = (orthancStudyId: string) =>
    runExam({ orthancStudyId, dueMs: 0, failures: 0, isAskedFor: false }, log);

  it('is done where the note beside it says so', async () => {
    const source = await stable(await send(tinyImages('job-noted', { to: 2 })));
    const { orthancStudyId, sourceKey } = source;
    const note = { sourceKey, model: 'm', fingerprint: 'f', results: [] };
    await writeNote(client, orthancStudyId, note);
    board.update(source, { work: 'queued', delivery: 'none' });
    expect((await run(orthancStudyId)).kind).to.equal('nothing-to-do');
    expect(board.get(source.studyInstanceUid)).to.include({ work: 'done', delivery: 'delivered' });
  });

  it('is done or refused where the journal says so', async () => {
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

  it('waits while more images come in', async () => {
    const images = tinyImages('job-coming', { to: 2 });
    const [{ studyInstanceUid }] = images as [TinyImage];
    const orthancStudyId = await send(images);
    board.update({ studyInstanceUid, orthancStudyId }, { work: 'queued' });
    expect((await run(orthancStudyId)).kind).to.equal('nothing-to-do');
    expect(board.get(studyInstanceUid)?.work).to.equal('waiting');
  });

  it('is not shown when no MR images remain', async () => {
    const images = tinyImages('job-no-images', { to: 1, modality: 'OT' });
    const [{ studyInstanceUid }] = images as [TinyImage];
    const orthancStudyId = await send(images);
    board.update({ studyInstanceUid, orthancStudyId }, { work: 'queued' });
    expect((await run(orthancStudyId)).kind).to.equal('nothing-to-do');
    expect(board.exams()).to.deep.equal([]);
  });
});
