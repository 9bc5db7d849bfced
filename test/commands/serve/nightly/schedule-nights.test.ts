import { expect } from 'chai';
import { scheduleNights } from '../../../../src/commands/serve/nightly/schedule-nights.ts';
import type { NightRecord } from '../../../../src/commands/serve/nightly/night-record.ts';
import { createLog } from '../../../../src/log.ts';
import { waitFor } from '../../../support/wait-for.ts';

const RECORD: NightRecord = {
  ...{ startedAt: '', from: 'a', exams: 0, key: '', reason: 'none' },
  outcome: 'refused',
};

/** Keeps the event loop from everything else, as a long computation does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('the clock of nights', () => {
  let nights = 0;
  let lines: string[] = [];
  let stop: (() => Promise<void>) | undefined;
  beforeEach(() => {
    nights = 0;
    lines = [];
  });
  afterEach(() => stop?.());

  function start(expression: string): void {
    const log = createLog({ level: 'debug', isTerminal: false, write: (l) => void lines.push(l) });
    const run = () => {
      nights++;
      return Promise.resolve(RECORD);
    };
    stop = scheduleNights({ expression, log, run });
  }

  it('starts a night late when the process was busy at its time', async () => {
    const dueMs = 1000 * Math.floor(Date.now() / 1000) + 2000;
    start(`${new Date(dueMs).getSeconds()} * * * * *`);
    // Later than the second that the clock puts up with by itself.
    block(dueMs + 2500 - Date.now());
    await waitFor('the night', () => nights > 0, { timeoutMs: 10_000 });
    expect(nights).to.equal(1);
    expect(lines.join('')).to.contain('night over').and.not.contain('missed');
  });

  it('tells of missed nights in the log', async () => {
    start('* * * * * *');
    block(3500);
    await waitFor('the word', () => lines.join('').includes('night missed'));
    expect(lines.join('')).to.match(/"level":"warn".*"since":"\d{4}-/);
  });
});
