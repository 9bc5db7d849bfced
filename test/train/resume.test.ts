import { expect } from 'chai';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Checkpoint, loadCheckpoint } from '../../src/train/checkpoint.ts';
import { loadModel } from '../../src/network/model/load-model.ts';
import { waitFor } from '../support/wait-for.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** Three epochs of a narrow network; both kinds of steps. */
const PLAN = [
  ...['--data', 'simulate:seeds=1-2', '--name', 'resumed', '--engine', 'onnxruntime'],
  ...['--epochs', '3', '--steps-per-epoch', '4', '--batch', '1', '--stills', '2', '--frames', '3'],
  ...['--patch', '32', '--still-size', '48', '--width', '2', '--head-width', '4'],
  ...['--validation-slices', '1', '--stills-share', '0.5,0.5'],
];

function spawnTrain(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', CLI, 'train', ...args], { stdio: 'ignore' });
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  await once(child, 'close');
  return child.exitCode;
}

async function checkpointOf(folder: string): Promise<Checkpoint | undefined> {
  return loadCheckpoint(folder).catch(() => undefined);
}

/** Greatest difference between two networks, momentum included. */
function difference(a: Checkpoint, b: Checkpoint): number {
  let greatest = 0;
  for (const part of ['parameters', 'velocities', 'squares'] as const)
    for (const [name, { values }] of a.state[part]) {
      const other = b.state[part].get(name)?.values ?? new Float32Array(0);
      expect(other.length, name).to.equal(values.length);
      values.forEach((v, i) => (greatest = Math.max(greatest, Math.abs(v - other[i]))));
    }
  return greatest;
}

describe('a training run that is killed', function () {
  this.timeout(300_000);
  let root = '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'train-resume-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('goes on to the same weights as one that was not', async () => {
    const places = (run: string): string[] => [
      ...['--out', join(root, run), '--cache', join(root, 'cache')],
      ...['--models-dir', join(root, `models-${run}`)],
    ];
    expect(await exitCodeOf(spawnTrain([...PLAN, ...places('whole')]))).to.equal(0);

    const killed = spawnTrain([...PLAN, ...places('killed')]);
    // An epoch is over and the next one is under way: steps since the checkpoint are lost.
    await waitFor('the first checkpoint', () => checkpointOf(join(root, 'killed')), {
      timeoutMs: 120_000,
      intervalMs: 5,
    });
    killed.kill('SIGKILL');
    await once(killed, 'close');
    const left = await loadCheckpoint(join(root, 'killed'));
    expect(left.step).to.be.lessThan(12);

    expect(await exitCodeOf(spawnTrain(['--resume', ...places('killed')]))).to.equal(0);
    const [whole, resumed] = await Promise.all(
      ['whole', 'killed'].map((run) => loadCheckpoint(join(root, run))),
    );
    expect(resumed.step).to.equal(12);
    // The same operations in the same order: no rounding to allow for.
    expect(difference(whole, resumed)).to.equal(0);

    const [ofWhole, ofResumed] = await Promise.all(
      ['whole', 'killed'].map((run) => loadModel(join(root, `models-${run}`, 'resumed'))),
    );
    expect(ofWhole.manifest.input).to.include({ regionSizeMm: 48, pathologySizeMm: 32 });
    const { heldOutDice } = ofWhole.manifest.training!;
    expect(heldOutDice).to.include.keys('lv', 'scar', 'lvWide');
    expect(ofResumed.manifest.training!.heldOutDice).to.deep.equal(heldOutDice);
  });
});
