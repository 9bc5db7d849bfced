import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openNetwork } from '../../../src/commands/open-network.ts';
import {
  openModelInUse,
  type ModelInUse,
  type ModelInUseParts,
} from '../../../src/commands/serve/model-in-use.ts';
import { createLog } from '../../../src/log.ts';
import { failure } from '../../support/failure.ts';
import { writeSmallModel } from '../../support/small-model.ts';

const IO = {
  env: {},
  stdout: () => undefined,
  stderr: () => undefined,
  isTerminal: false,
  signal: new AbortController().signal,
};

describe('the model that exams are analysed with', () => {
  let dir = '';
  let parts: ModelInUseParts;
  let inUse: ModelInUse;
  let promoted: string[];
  let lines: string[];
  const opened: string[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cinemyops-test-in-use-'));
    promoted = [];
    lines = [];
    opened.length = 0;
    await writeSmallModel(dir);
    const log = createLog({ level: 'info', isTerminal: false, write: (l) => void lines.push(l) });
    parts = {
      versions: () => Promise.resolve(['untrained', ...promoted]),
      open: async (version) => {
        opened.push(version);
        return openNetwork({ version, dir, device: 'cpu' }, IO);
      },
      log,
    };
    inUse = await openModelInUse(parts);
  });
  afterEach(async () => {
    await inUse.release();
    await rm(dir, { recursive: true, force: true });
  });

  it('is opened once and used for exam after exam', async () => {
    for (let exam = 0; exam < 3; exam++)
      expect(await inUse.use(({ identity }) => Promise.resolve(identity.version))).to.equal(
        'untrained',
      );
    expect(opened).to.deep.equal(['untrained']);
  });

  it('goes on when another one cannot be opened, and says so once', async () => {
    promoted = ['night-1'];
    for (let exam = 0; exam < 2; exam++)
      expect(await inUse.use(({ identity }) => Promise.resolve(identity.version))).to.equal(
        'untrained',
      );
    expect(opened).to.deep.equal(['untrained', 'night-1']);
    expect(lines.filter((line) => line.includes('the one in use goes on'))).to.have.lengthOf(1);
  });

  it('is swapped before the next exam, and its network can still run', async () => {
    await writeSmallModel(dir, 'second');
    promoted = ['second'];
    const [version, motion] = await inUse.use(async ({ identity, session }) => {
      const outputs = await session.runCine(new Float32Array(2 * 32 * 32), [1, 2, 32, 32]);
      return [identity.version, outputs.motion] as const;
    });
    expect(version).to.equal('second');
    expect(motion).to.have.lengthOf(2 * 2 * 32 * 32);
    expect(opened).to.deep.equal(['untrained', 'second']);
  });

  it('is at the start the newest of the line that can be opened; each that cannot is told of once', async () => {
    await writeSmallModel(dir, 'night-1');
    await writeSmallModel(dir, 'night-2');
    await truncate(join(dir, 'night-2', 'weights.safetensors'), 100);
    opened.length = 0;
    const restarted = await openModelInUse({
      ...parts,
      versions: () => Promise.resolve(['untrained', 'night-1', 'night-2', 'night-3']),
    });
    try {
      const used = await restarted.use(({ identity }) => Promise.resolve(identity.version));
      expect(used).to.equal('night-1');
    } finally {
      await restarted.release();
    }
    expect(opened).to.deep.equal(['night-3', 'night-2', 'night-1']);
    const told = lines.filter((line) => line.includes('the one that it replaced is taken'));
    expect(told).to.have.lengthOf(2);
  });

  it('stops the start when nothing of the line can be opened', async () => {
    const line = { ...parts, versions: () => Promise.resolve(['none', 'night-1'] as const) };
    await failure(openModelInUse(line), 'model-missing');
  });
});
