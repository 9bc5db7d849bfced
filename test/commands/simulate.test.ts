import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PNG } from 'pngjs';
import type { CommandIo } from '../../src/commands/command.ts';
import { simulateCommand } from '../../src/commands/simulate.ts';
import { NodeError } from '../../src/errors.ts';

interface Said {
  readonly io: CommandIo;
  readonly out: string[];
  readonly err: string[];
}

function listen(): Said {
  const [out, err]: [string[], string[]] = [[], []];
  const io: CommandIo = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    env: {},
    isTerminal: false,
    signal: new AbortController().signal,
  };
  return { io, out, err };
}

async function failure(argv: readonly string[]): Promise<NodeError> {
  try {
    await simulateCommand.run(argv, listen().io);
  } catch (error) {
    if (error instanceof NodeError) return error;
    throw error;
  }
  throw new Error('expected a NodeError');
}

describe('cinemyops simulate', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulate-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const small = ['--slices', '3', '--phases', '8', '--matrix', '48'];

  it('writes the images, the truth, the labels and the picture', async () => {
    const { io, out, err } = listen();
    const preview = join(folder, 'sheet.png');
    const argv = [
      '--out',
      folder,
      '--seed',
      '6',
      '--condition=infarct',
      '--truth',
      '--preview',
      preview,
    ];
    expect(await simulateCommand.run([...argv, ...small], io)).to.equal(0);
    expect(await readdir(join(folder, 'dicom'))).to.have.length(24);
    expect(out.join('')).to.contain('24 images');
    expect(err.join('')).to.contain('simulate: ');
    const truth = JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')) as {
      seed: number;
      condition: string;
      truth: { lvEdvMl: number; scarMl: number };
    };
    expect(truth.seed).to.equal(6);
    expect(truth.condition).to.equal('infarct');
    expect(truth.truth.lvEdvMl).to.be.within(90, 350);
    expect(truth.truth.scarMl).to.be.greaterThan(0);
    const npy = await readFile(join(folder, 'labels.npy'));
    expect(npy.subarray(1, 6).toString()).to.equal('NUMPY');
    expect(npy.toString('latin1', 10, 128)).to.contain("'shape': (8, 3, 48, 48,)");
    expect(npy.length).to.equal(128 + 8 * 3 * 48 * 48);
    const picture = PNG.sync.read(await readFile(preview));
    expect([picture.width, picture.height]).to.deep.equal([3 * 48, 4 * 48]);
  });

  it('says what it expected of a bad argument', async () => {
    for (const [argv, text] of [
      [[], '--out DIR'],
      [['--out', folder, '--seed', '1.5'], 'whole number from 0'],
      [['--out', folder, '--vendor', 'toshiba'], 'ge or siemens or philips, got "toshiba"'],
      [['--out', folder, '--healthy', '--infarct'], 'got healthy and infarct'],
      [['--out', folder, '--condition', 'ill'], 'hypertrophic or dyssynchronous, got "ill"'],
      [['--out', folder, '--slices', '2'], 'from 3 to 30, got "2"'],
      [['--out', folder, '--colour'], '--colour'],
    ] as const) {
      const error = await failure(argv);
      expect(error.code).to.equal('usage');
      expect(error.message).to.contain(text);
    }
  });
});
