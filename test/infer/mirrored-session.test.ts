import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { withMirroring } from '../../src/infer/mirrored-session.ts';
import { openModel } from '../../src/network/model/open-model.ts';
import type { CineMyopsSession } from '../../src/network/session.ts';
import { writeSmallModel } from '../support/small-model.ts';

const SIZE = 32;
const FRAMES = 3;
const SHAPE = [1, FRAMES, SIZE, SIZE] as const;

/** Mirrors the columns of every plane of this side. */
const turned = (values: Float32Array, size: number): Float32Array =>
  values.map((_, i) => values[i - (i % size) + size - 1 - (i % size)]);

function expectClose(a: Float32Array, b: Float32Array): void {
  expect(a.length).to.equal(b.length);
  const apart = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
  // Sums in another order, in single precision.
  expect(apart).to.be.lessThan(1e-4);
}

describe('test-time mirroring', function () {
  this.timeout(60_000);
  let folder = '';
  let session: CineMyopsSession;
  const cine = Float32Array.from(
    { length: FRAMES * SIZE * SIZE },
    (_, i) => Math.sin(i * 0.7) + Math.cos((i % SIZE) / 3),
  );

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-mirror-'));
    await writeSmallModel(folder);
    ({ session } = await openModel(join(folder, 'untrained'), { device: 'cpu' }));
  });
  after(async () => {
    await session.release();
    rmSync(folder, { recursive: true });
  });

  it('gives a mirrored image the mirrored answer, displacement along it turned round', async () => {
    const mirrored = withMirroring(session);
    const plain = await mirrored.runCine(cine, SHAPE);
    const other = await mirrored.runCine(turned(cine, SIZE), SHAPE);
    expectClose(turned(other.anatomy, SIZE), plain.anatomy);
    other.logits.forEach((logits, k) => {
      expectClose(turned(logits, SIZE / 2 ** k), plain.logits[k]);
    });
    const isAlongX = (i: number) => Math.floor(i / SIZE ** 2) % 2 === 1;
    const back = turned(other.motion, SIZE).map((value, i) => (isAlongX(i) ? -value : value));
    expectClose(back, plain.motion);
  });

  it('changes the answer of a network that is not symmetric by itself', async () => {
    const plain = await session.runCine(cine, SHAPE);
    const mirrored = await withMirroring(session).runCine(cine, SHAPE);
    const apart = plain.logits[0].some((v, i) => Math.abs(v - mirrored.logits[0][i]) > 1e-3);
    expect(apart).to.equal(true);
  });

  it('keeps probabilities of anatomy a sum of 1', async () => {
    const images = cine.subarray(0, SIZE * SIZE);
    const anatomy = await withMirroring(session).runAnatomy(images, [1, SIZE, SIZE]);
    for (let i = 0; i < SIZE * SIZE; i++) {
      const sum = [0, 1, 2, 3].reduce((s, c) => s + anatomy[c * SIZE * SIZE + i], 0);
      expect(sum).to.be.closeTo(1, 1e-5);
    }
  });
});
