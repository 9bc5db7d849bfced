import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openJournal, type JournalEntry } from '../../src/listen/journal.ts';
import { createLog } from '../../src/log.ts';
import { failure } from '../support/failure.ts';

const ENTRY: JournalEntry = {
  ...{ sourceKey: 'k1', updatedAtMs: 5, outcome: 'done', software: '1', isNoted: true },
};

describe('journal', () => {
  let folder = '';
  const lines: string[] = [];
  const log = createLog({ level: 'debug', isTerminal: false, write: (line) => lines.push(line) });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-journal-'));
    lines.length = 0;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('begins empty, in a folder that need not exist', async () => {
    const journal = await openJournal(join(folder, 'a', 'b'), log);
    expect(journal.since()).to.equal(undefined);
    expect(journal.entry('x')).to.equal(undefined);
  });

  it('remembers over a restart', async () => {
    const journal = await openJournal(folder, log);
    journal.record('x', ENTRY);
    await Promise.all([journal.setSince(17), journal.save(), journal.setSince(18)]);
    const again = await openJournal(folder, log);
    expect(again.since()).to.equal(18);
    expect(again.entry('x')).to.deep.equal(ENTRY);
    expect(readdirSync(folder)).to.have.members(['feed.json', 'studies.json']);
  });

  it('forgets the studies that Orthanc no longer has', async () => {
    const journal = await openJournal(folder, log);
    journal.record('x', ENTRY);
    journal.record('y', ENTRY);
    await journal.save();
    journal.retain(new Set(['y', 'z']));
    await journal.save();
    const again = await openJournal(folder, log);
    expect(again.entry('x')).to.equal(undefined);
    expect(again.entry('y')).to.deep.equal(ENTRY);
  });

  it('survives a draft that a power cut left behind', async () => {
    const journal = await openJournal(folder, log);
    await journal.setSince(17);
    writeFileSync(join(folder, 'feed.json.4711.new'), '{"schema":1,"sin');
    expect((await openJournal(folder, log)).since()).to.equal(17);
  });

  it('sets aside what is not a journal, and says so', async () => {
    writeFileSync(join(folder, 'studies.json'), '{"schema":1,"studies":{"x":');
    writeFileSync(join(folder, 'feed.json'), '{"schema":1,"since":-4}');
    const journal = await openJournal(folder, log);
    expect(journal.since()).to.equal(undefined);
    expect(readdirSync(folder)).to.include.members([
      'feed.json.unreadable',
      'studies.json.unreadable',
    ]);
    expect(lines.join('')).to.contain('set aside');
  });

  it('refuses a folder that cannot be written, at once', async function () {
    // root may write anywhere, so a file in place of the folder stands for it.
    const file = join(folder, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    await failure(openJournal(file, log), 'state-unreadable');
    expect(readFileSync(file, 'utf8')).to.equal('');
  });
});
