import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { trainCommand } from '../../src/commands/train.ts';
import { loadModel, readManifest } from '../../src/network/model/load-model.ts';
import { RELEASED_INPUT } from '../../src/network/model/manifest.ts';
import { loadCheckpoint } from '../../src/train/checkpoint.ts';
import { dataBehind } from '../../src/train/training-record.ts';
import { failure } from '../support/failure.ts';
import { runCli } from '../support/run-cli.ts';
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

describe('cinemyops train, on little', function () {
  this.timeout(120_000);
  let folder = '';
  let modelsDir = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cinemyops-train-little-'));
    modelsDir = join(folder, 'models');
  });
  after(() => rm(folder, { recursive: true }));

  const PLACES = () => ['--models-dir', modelsDir, '--cache', join(folder, 'cache')];
  const LITTLE = [
    ...['--data', 'simulate:seeds=1-2', '--steps-per-epoch', '1', '--validation-slices', '1'],
    ...['--batch', '1', '--stills', '1', '--frames', '2', '--engine', 'onnxruntime'],
  ];
  async function train(...args: string[]): Promise<void> {
    const { exitCode, stderr } = await runCli(['train', ...args, ...PLACES()]);
    expect(exitCode, stderr).to.equal(0);
  }

  it('takes from a model its sides of images, its cautions, and what it was trained on', async () => {
    await writeSmallModel(modelsDir, 'parent', {
      isTrained: true,
      cautions: ['sees ghosts'],
      input: { ...RELEASED_INPUT, regionSizeMm: 48, pathologySizeMm: 32 },
      training: { data: ['simulate:seeds=7-8'], earlierData: ['simulate:seeds=5-6'] },
    });
    const run = ['--name', 'child', '--out', join(folder, 'child'), '--epochs', '1'];
    await train(...LITTLE, ...run, '--from', join(modelsDir, 'parent'), '--patch', '48');
    const { input, cautions, training } = await readManifest(join(modelsDir, 'child'));
    expect(input).to.include({ regionSizeMm: 48, pathologySizeMm: 48 });
    expect(cautions).to.include('sees ghosts');
    expect(dataBehind(training)).to.deep.equal(
      ['1-2', '7-8', '5-6'].map((seeds) => `simulate:seeds=${seeds}`),
    );
  });

  it('mixes the weights that it began with into those that it leaves', async () => {
    await writeSmallModel(modelsDir, 'older', {
      input: { ...RELEASED_INPUT, regionSizeMm: 48, pathologySizeMm: 32 },
    });
    const out = join(folder, 'mixed');
    const older = join(modelsDir, 'older');
    const weightsOf = async (version: string): Promise<readonly number[]> => {
      const { parameters } = await loadModel(join(modelsDir, version));
      return [...parameters.values()].flatMap(({ values }) => [...values]);
    };
    const run = ['--name', 'mixed', '--out', out, '--epochs', '1', '--keep', 'last'];
    await train(...LITTLE, ...run, '--from', older, '--learning-rate', '0.1');
    const [begun, trained] = [await weightsOf('older'), await weightsOf('mixed')];
    expect(trained).not.to.deep.equal(begun);

    await rm(join(modelsDir, 'mixed'), { recursive: true });
    await train('--resume', '--out', out, '--from-share', '0.25');
    const mixed = await weightsOf('mixed');
    // Single precision.
    for (const [i, weight] of mixed.entries())
      expect(weight).to.be.closeTo(0.25 * begun[i] + 0.75 * trained[i], 1e-6);
    const { training } = await readManifest(join(modelsDir, 'mixed'));
    expect(training?.plan).to.include({ fromShare: 0.25 }).and.not.have.property('cautions');

    // As a run of an older version of the program.
    await rm(join(out, 'start.safetensors'));
    await rm(join(modelsDir, 'mixed'), { recursive: true });
    const again = ['train', '--resume', '--out', out, '--from-share', '0.5', ...PLACES()];
    const { exitCode, stderr } = await runCli(again);
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('start.safetensors');
  });

  it('does not train on when a run that had stopped early is resumed, but for more patience', async () => {
    const out = join(folder, 'idle');
    // At such a rate no epoch is better than the first.
    const idle = ['--learning-rate', '1e-9', '--patience', '1', '--epochs', '5'];
    const narrow = ['--width', '2', '--head-width', '4', '--patch', '32', '--still-size', '48'];
    await train(...LITTLE, ...idle, ...narrow, '--name', 'idle', '--out', out);
    const again = async (...more: string[]): Promise<number> => {
      await rm(join(modelsDir, 'idle'), { recursive: true });
      await train('--resume', '--out', out, ...more);
      return (await loadCheckpoint(out)).step;
    };
    expect(await again()).to.equal(2);
    expect(await again('--patience', '2')).to.equal(3);
  });
});
