import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doublingWidths } from '../../src/network/architecture.ts';
import { initialParameters, parameterSpecs } from '../../src/network/parameters.ts';
import { createRandom } from '../../src/random.ts';
import {
  type Checkpoint,
  freshProgress,
  loadCheckpoint,
  RUN_FILES,
  saveCheckpoint,
} from '../../src/train/checkpoint.ts';
import { DEFAULT_PLAN, parsePlan } from '../../src/train/plan.ts';
import { failure } from '../support/failure.ts';

const plan = parsePlan({
  ...DEFAULT_PLAN,
  version: 'test',
  data: ['simulate:seeds=1-2'],
  architecture: {
    encoderWidths: doublingWidths(2),
    headWidths: doublingWidths(2),
    hasTextureChannel: true,
  },
});

function checkpoint(): Checkpoint {
  const parameters = initialParameters(plan.architecture, createRandom('weights').normal);
  const trained = parameterSpecs(plan.architecture).filter(({ isTrained }) => isTrained);
  const velocities = new Map(
    trained.map(({ name, shape }, i) => [
      name,
      { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(i) },
    ]),
  );
  return {
    ...freshProgress(plan),
    step: 7,
    best: { score: 0.5, epoch: 1 },
    hours: 0.25,
    state: { parameters, velocities, squares: velocities },
  };
}

describe('checkpoints', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('come back as they were saved', async () => {
    const saved = checkpoint();
    await saveCheckpoint(folder, saved);
    expect(await loadCheckpoint(folder)).to.deep.equal(saved);
  });

  it('are whole or absent: an older one stays until the new one is complete', async () => {
    await saveCheckpoint(folder, checkpoint());
    await saveCheckpoint(folder, { ...checkpoint(), step: 8 });
    expect((await loadCheckpoint(folder)).step).to.equal(8);
  });

  it('that are cut short or of another program are refused with a reason', async () => {
    await saveCheckpoint(folder, checkpoint());
    const file = join(folder, RUN_FILES.checkpoint);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 4));
    await failure(loadCheckpoint(folder), 'model-invalid');
    await writeFile(file, 'something else');
    await failure(loadCheckpoint(folder), 'model-invalid');
  });

  it('that are missing are said to be missing', async () => {
    expect((await failure(loadCheckpoint(folder), 'model-missing')).message).to.contain(
      RUN_FILES.checkpoint,
    );
  });
});
