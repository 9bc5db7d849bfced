import { expect } from 'chai';
import type { JournalEntry } from '../../src/listen/journal.ts';
import { judgeStudy } from '../../src/listen/judge-study.ts';
import type { ResultNote } from '../../src/listen/result-note.ts';
import type { StudySource } from '../../src/listen/study-source.ts';

const SOURCE: StudySource = {
  ...{ orthancStudyId: 'x', studyInstanceUid: '1.2', seriesInstanceUids: ['1.3'] },
  ...{ orthancSeriesIds: ['s'], instanceCount: 1, sourceKey: 'k1', isStable: true },
  ...{ imagesUpdatedAtMs: 0, studyUpdatedAtMs: 0 },
};
const NOTE: ResultNote = {
  ...{ schema: 'cinemyops-note-1', sourceKey: 'k1', model: 'm1', fingerprint: 'f', results: [] },
};
const ENTRY: JournalEntry = {
  ...{ sourceKey: 'k1', updatedAtMs: 0, outcome: 'done', software: '1', isNoted: true },
};
const nothing = { entry: undefined, note: undefined, software: '1' };

describe('judgeStudy', () => {
  it('analyses what nobody remembers', () => {
    expect(judgeStudy(SOURCE, nothing)).to.equal('analyse');
  });

  it('waits while images come in, whatever is remembered', () => {
    const source = { ...SOURCE, isStable: false };
    expect(judgeStudy(source, { ...nothing, note: NOTE })).to.equal('not-yet');
  });

  it('trusts the note in Orthanc alone, so that a lost state folder doubles nothing', () => {
    expect(judgeStudy(SOURCE, { ...nothing, note: NOTE })).to.equal('settled');
  });

  it('analyses again when instances came or went', () => {
    const source = { ...SOURCE, sourceKey: 'k2' };
    const memory = { ...nothing, entry: ENTRY, note: NOTE };
    expect(judgeStudy(source, memory)).to.equal('analyse');
  });

  it('analyses again when the note is gone with the study and the study came back', () => {
    expect(judgeStudy(SOURCE, { ...nothing, entry: ENTRY })).to.equal('analyse');
  });

  it('trusts the journal where Orthanc took no note', () => {
    const entry = { ...ENTRY, isNoted: false };
    expect(judgeStudy(SOURCE, { ...nothing, entry })).to.equal('settled');
  });

  it('does not look again at what was refused, until a newer version is there', () => {
    const entry: JournalEntry = { ...ENTRY, outcome: 'refused', isNoted: false };
    expect(judgeStudy(SOURCE, { ...nothing, entry })).to.equal('settled');
    expect(judgeStudy(SOURCE, { ...nothing, entry, software: '2' })).to.equal('analyse');
  });
});
