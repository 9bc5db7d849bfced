import { expect } from 'chai';
import { createAgenda, type AgendaItem } from '../../src/listen/agenda.ts';

const never = new AbortController().signal;
const item = (orthancStudyId: string, more: Partial<AgendaItem> = {}): AgendaItem => ({
  ...{ orthancStudyId, sourceKey: 'k1', dueMs: 0, failures: 0, isAskedFor: false },
  ...more,
});

describe('agenda', () => {
  it('gives the study that is due longest', async () => {
    const agenda = createAgenda(() => 100);
    agenda.offer(item('b', { dueMs: 20 }));
    agenda.offer(item('a', { dueMs: 10 }));
    expect((await agenda.take(never)).orthancStudyId).to.equal('a');
    expect((await agenda.take(never)).orthancStudyId).to.equal('b');
  });

  it('holds a study once however often it is offered', async () => {
    const agenda = createAgenda(() => 100);
    expect(agenda.offer(item('a'))).to.equal(true);
    expect(agenda.offer(item('a'))).to.equal(false);
    agenda.offer(item('b', { dueMs: 1 }));
    await agenda.take(never);
    expect((await agenda.take(never)).orthancStudyId).to.equal('b');
  });

  it('does not let a sweep cut short the wait of an unchanged exam', async () => {
    const agenda = createAgenda(() => 100);
    agenda.offer(item('a', { dueMs: 5000 }));
    expect(agenda.offer(item('a', { dueMs: 100 }))).to.equal(false);
    agenda.offer(item('b', { dueMs: 100 }));
    expect((await agenda.take(never)).orthancStudyId).to.equal('b');
  });

  it('ends the wait when images came or when a person asks', async () => {
    const agenda = createAgenda(() => 100);
    agenda.offer(item('a', { dueMs: 5000 }));
    expect(agenda.offer(item('a', { dueMs: 100, sourceKey: 'k2' }))).to.equal(true);
    expect((await agenda.take(never)).sourceKey).to.equal('k2');
    agenda.offer(item('a', { dueMs: 5000 }));
    const asked = { orthancStudyId: 'a', dueMs: 100, failures: 0, isAskedFor: true };
    expect(agenda.offer(asked)).to.equal(true);
    expect((await agenda.take(never)).isAskedFor).to.equal(true);
  });

  it('does not forget that a person asked when images come in', async () => {
    const agenda = createAgenda(() => 100);
    agenda.offer(item('a', { isAskedFor: true }));
    agenda.offer(item('a', { sourceKey: 'k2' }));
    expect((await agenda.take(never)).isAskedFor).to.equal(true);
  });

  it('wakes a worker that waits for nothing, and one that waits for a later study', async () => {
    const agenda = createAgenda(() => 100);
    const taken = agenda.take(never);
    agenda.offer(item('later', { dueMs: 100_000 }));
    agenda.offer(item('now', { dueMs: 100 }));
    expect((await taken).orthancStudyId).to.equal('now');
  });

  it('gives a study when its time has come', async () => {
    const agenda = createAgenda(Date.now);
    const dueMs = Date.now() + 60;
    agenda.offer(item('a', { dueMs }));
    await agenda.take(never);
    expect(Date.now()).to.be.at.least(dueMs);
  });

  it('lets go of the worker when aborted', async () => {
    const stop = new AbortController();
    const taken = createAgenda(Date.now)
      .take(stop.signal)
      .catch((error: unknown) => error);
    stop.abort(new Error('stopped by a test'));
    expect(((await taken) as Error).message).to.equal('stopped by a test');
  });
});
