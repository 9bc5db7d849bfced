import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { trainCommand } from '../../src/commands/train.ts';
import { failure } from '../support/failure.ts';
import { writeSmallModel } from '../support/small-model.ts';

describe('cinemyops train, before the first step', () => {
  let folder = '';
  let modelsDir = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cinemyops-train-'));
    modelsDir = join(folder, 'models');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Of data that does not exist: what is refused here is refused before any of it is read. */
  const train = (...more: string[]) =>
    trainCommand.run(
      [
        ...['--data', `layout:${join(folder, 'none')}`, '--name', '1.0.0'],
        ...['--out', join(folder, 'run'), '--cache', join(folder, 'cache')],
        ...['--models-dir', modelsDir, ...more],
      ],
      {
        ...{ stdout: () => undefined, stderr: () => undefined, env: {}, isTerminal: false },
        signal: new AbortController().signal,
      },
    );

  it('refuses to write over an earlier run, and says how to go on', async () => {
    const checkpoint = join(folder, 'run', 'checkpoint.safetensors');
    await mkdir(join(folder, 'run'));
    await writeFile(checkpoint, 'weeks of work');
    const { message } = await failure(train(), 'usage');
    expect(message).to.contain('--resume').and.to.contain('another --out');
    expect(await readFile(checkpoint, 'utf8')).to.equal('weeks of work');
  });

  it('refuses a version that exists', async () => {
    await writeSmallModel(modelsDir, '1.0.0');
    const { message } = await failure(train(), 'usage');
    expect(message).to.contain("model '1.0.0' exists already: choose another name");
  });

  it('refuses a folder of models that it cannot write to', async () => {
    await writeFile(modelsDir, 'no folder');
    const { message } = await failure(train(), 'usage');
    expect(message).to.contain(modelsDir).and.to.contain('choose another one');
  });
});
