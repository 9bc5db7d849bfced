import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Command } from '../../src/commands/command.ts';
import { processCommand } from '../../src/commands/process.ts';
import { simulateCommand } from '../../src/commands/simulate.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { waitFor } from '../support/wait-for.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const STOPPED = new Error('stopped by the test');

describe('a command that is told to stop', () => {
  let folder = '';
  let out = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cinemyops-stop-'));
    out = join(folder, 'out');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Runs the command, tells it to stop once it has said `moment`, and gives what it then threw. */
  async function stopAt(moment: string, command: Command, argv: string[]): Promise<unknown> {
    const controller = new AbortController();
    const said: string[] = [];
    const ended = command.run(argv, {
      stdout: (text) => void said.push(text),
      stderr: (text) => {
        said.push(text);
        if (text.startsWith(moment)) controller.abort(STOPPED);
      },
      env: {},
      isTerminal: false,
      signal: controller.signal,
    });
    const thrown = await ended.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(said.join('')).to.contain(moment);
    return thrown;
  }

  async function processInput(): Promise<string[]> {
    const input = join(folder, 'in');
    await mkdir(input);
    const exam = simulateExam(7, { slices: 3, phases: 10, matrix: 96 });
    for (const { name, bytes } of writeSimulatedExam(exam, 'ge'))
      await writeFile(join(input, name), bytes);
    // Nobody listens there: a request would fail with another error.
    const store = ['--store', 'http://127.0.0.1:1/dicom-web'];
    return [input, '--out', out, '--device=cpu', '--model=untrained', ...store];
  }

  // 'write: 1/1' is the analysis's last word.
  for (const moment of ['anatomy: ', 'write: 1/1'])
    it(`process neither writes nor stores anything after ${moment.trim()}`, async () => {
      expect(await stopAt(moment, processCommand, await processInput())).to.equal(STOPPED);
      expect(existsSync(out)).to.equal(false);
    });

  it('simulate writes nothing after a slice', async () => {
    expect(await stopAt('simulate: ', simulateCommand, ['--out', out])).to.equal(STOPPED);
    expect(existsSync(out)).to.equal(false);
  });

  it('simulate writes no image after the first', async () => {
    const argv = ['--out', out, '--slices', '3', '--phases', '8', '--matrix', '48'];
    expect(await stopAt('write: ', simulateCommand, argv)).to.equal(STOPPED);
    expect(readdirSync(join(out, 'dicom'))).to.have.lengthOf(1);
  });

  it('says which signal it was, with exit code 1', async () => {
    const args = ['--import', 'tsx', CLI, 'simulate', '--out', out, '--matrix', '512'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await waitFor('the first slice', () => stderr.includes('simulate: 0/'));
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(child.exitCode, stderr).to.equal(1);
    expect(stderr).to.contain('cinemyops simulate: stopped by SIGTERM');
    expect(existsSync(out)).to.equal(false);
  });
});
