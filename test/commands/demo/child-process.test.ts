import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runChild, startChild } from '../../../src/commands/demo/child-process.ts';
import { poll } from '../../../src/commands/demo/poll.ts';
import { NodeError } from '../../../src/errors.ts';

describe('programs beside the demo', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-child-'));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const options = (name: string) => ({
    name,
    env: process.env,
    logFile: join(folder, `${name}.log`),
  });

  async function failureOf(action: Promise<unknown>): Promise<string> {
    try {
      await action;
    } catch (error) {
      expect(error).to.be.instanceOf(NodeError);
      return (error as NodeError).message;
    }
    return 'no failure';
  }

  it('tells the last lines of a program that ended by itself', async () => {
    const child = startChild('sh', ['-c', 'echo port taken; exit 3'], options('server'));
    const message = await failureOf(child.ended);
    expect(message).to.contain('server ended with exit code 3');
    expect(message).to.contain('port taken');
    await child.stop();
  });

  it('stops a program and waits for its end', async () => {
    const child = startChild('sh', ['-c', 'exec sleep 600'], options('sleeper'));
    await child.stop();
    expect(await failureOf(child.ended)).to.contain('sleeper ended by a signal');
  });

  it('says that a program is not installed', async () => {
    const child = startChild('no-such-program-here', [], options('ghost'));
    expect(await failureOf(child.ended)).to.contain('ghost');
    await child.stop();
    const run = runChild('no-such-program-here', [], options('ghost'));
    expect(await failureOf(run)).to.contain('is it installed?');
  });

  it('runs a program to its end, and tells why it failed', async () => {
    await runChild('sh', ['-c', 'exit 0'], options('fine'));
    const run = runChild('sh', ['-c', 'echo no such file >&2; exit 1'], options('broken'));
    expect(await failureOf(run)).to.contain('no such file');
  });

  describe('poll', () => {
    const signal = new AbortController().signal;

    it('asks until there is an answer, whatever is thrown before', async () => {
      let asked = 0;
      const ask = () => {
        asked++;
        if (asked === 1) return Promise.reject(new Error('not yet'));
        return Promise.resolve(asked < 3 ? undefined : asked);
      };
      const answer = await poll(ask, { what: 'x', everyMs: 1, timeoutMs: 5000, signal });
      expect(answer).to.equal(3);
    });

    it('gives up in time, and says what it waited for', async () => {
      const ask = () => Promise.resolve(undefined);
      const given = { what: 'the moon', everyMs: 1, timeoutMs: 20, signal };
      expect(await failureOf(poll(ask, given))).to.contain('the moon');
    });
  });
});
