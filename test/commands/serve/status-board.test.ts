import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStatusBoard } from '../../../src/commands/serve/status-board.ts';
import type { Findings } from '../../../src/findings.ts';
import { shortHash } from '../../../src/fingerprint.ts';
import { createLog } from '../../../src/log.ts';

const study = (number: number) => ({
  studyInstanceUid: `1.2.3.${number}`,
  orthancStudyId: `orthanc-${number}`,
});

describe('status board', () => {
  let folder = '';
  const log = createLog({ level: 'silent', isTerminal: false, write: () => undefined });
  const isDone = (id: string) => id === 'orthanc-1';
  const open = () => openStatusBoard(folder, { now: () => Date.UTC(2026, 0, 1), log, isDone });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-board-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('merges what is learned of an exam, and drops a reason that no longer holds', async () => {
    const board = await open();
    board.update(study(1), { work: 'waiting', reason: 'one slice is missing' });
    board.update(study(1), { work: 'running', attempts: 1 });
    expect(board.exams()).to.deep.equal([
      {
        ...{ id: shortHash('1.2.3.1'), orthancStudyId: 'orthanc-1', work: 'running' },
        ...{ delivery: 'none', attempts: 1, reason: undefined },
        changedAt: '2026-01-01T00:00:00.000Z',
      },
    ]);
    expect(board.get('1.2.3.1')?.work).to.equal('running');
    await board.flush();
  });

  it('keeps what is over through a restart; what was under way is found again by the sweep', async () => {
    const board = await open();
    board.update(study(1), { work: 'done', delivery: 'delivered' });
    board.update(study(2), { work: 'running' });
    board.update(study(3), { work: 'refused', reason: 'no cine' });
    await board.flush();
    expect((await open()).exams().map(({ work }) => work)).to.deep.equal(['done', 'refused']);
    expect(statSync(join(folder, 'exams.json')).mode & 0o077).to.equal(0);
  });

  it('shows the findings of an earlier run when a restart cuts the next one short', async () => {
    const findings = { schema: 'cinemyops-findings-1' } as Findings;
    const board = await open();
    for (const number of [1, 2]) {
      board.update(study(number), { work: 'done', delivery: 'delivered', findings });
      board.update(study(number), { work: 'running', delivery: 'none', reason: 'r' });
    }
    await board.flush();
    const again = (await open()).exams();
    expect(again.map((exam) => exam.work)).to.deep.equal(['done', 'done']);
    expect(again.map((exam) => exam.findings)).to.deep.equal([findings, findings]);
    // Only the journal knows whether the earlier results were stored.
    expect(again.map((exam) => exam.delivery)).to.deep.equal(['delivered', 'none']);
    expect(again.map((exam) => exam.reason)).to.deep.equal([undefined, undefined]);
  });

  it('forgets the exams unchanged for longest, and removed ones', async () => {
    const board = await open();
    for (let number = 0; number < 250; number++) board.update(study(number), { work: 'done' });
    expect(board.exams()).to.have.lengthOf(200);
    expect(board.get('1.2.3.0')).to.equal(undefined);
    board.remove('orthanc-249');
    expect(board.get('1.2.3.249')).to.equal(undefined);
    await board.flush();
    expect(readFileSync(join(folder, 'exams.json'), 'utf8')).not.to.contain('orthanc-249');
  });

  it('begins anew when its file is not what was written', async () => {
    writeFileSync(join(folder, 'exams.json'), '{"schema":1,"exa');
    const board = await open();
    expect(board.exams()).to.deep.equal([]);
    await board.flush();
  });
});
