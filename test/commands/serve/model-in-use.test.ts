import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openNetwork } from '../../../src/commands/open-network.ts';
import { openModelInUse, type ModelInUse } from '../../../src/commands/serve/model-in-use.ts';
import { createLog } from '../../../src/log.ts';
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
  let inUse: ModelInUse;
  let wanted: string;
  let lines: string[];
  const opened: string[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cinemyops-test-in-use-'));
    wanted = 'untrained';
    lines = [];
    opened.length = 0;
    await writeSmallModel(dir);
    const log = createLog({ level: 'info', isTerminal: false, write: (l) => void lines.push(l) });
    inUse = await openModelInUse({
      wanted: () => Promise.resolve(wanted),
      open: async (version) => {
        opened.push(version);
        return openNetwork({ version, dir, device: 'cpu' }, IO);
      },
      log,
    });
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
    wanted = 'night-1';
    for (let exam = 0; exam < 2; exam++)
      expect(await inUse.use(({ identity }) => Promise.resolve(identity.version))).to.equal(
        'untrained',
      );
    expect(opened).to.deep.equal(['untrained', 'night-1']);
    expect(lines.filter((line) => line.includes('the one in use goes on'))).to.have.lengthOf(1);
  });

  it('is swapped before the next exam, and its network can still run', async () => {
    await writeSmallModel(dir, 'second');
    wanted = 'second';
    const [version, motion] = await inUse.use(async ({ identity, session }) => {
      const outputs = await session.runCine(new Float32Array(2 * 32 * 32), [1, 2, 32, 32]);
      return [identity.version, outputs.motion] as const;
    });
    expect(version).to.equal('second');
    expect(motion).to.have.lengthOf(2 * 2 * 32 * 32);
    expect(opened).to.deep.equal(['untrained', 'second']);
  });
});
