import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRandom } from '../../src/random.ts';
import { drawCineSample } from '../../src/train/sample.ts';
import { openSimulatedSource } from '../../src/train/simulated-source.ts';
import type { CineSlice } from '../../src/train/source.ts';

const SIZE = 96;
const FRAMES = 6;

/** Value of `[size, size]` at a fractional place, bilinearly. */
function valueAt(image: Float32Array, y: number, x: number): number {
  const at = (j: number, i: number): number => {
    const clamp = (v: number): number => Math.min(SIZE - 1, Math.max(0, v));
    return image[clamp(j) * SIZE + clamp(i)];
  };
  const [y0, x0] = [Math.floor(y), Math.floor(x)];
  const [wy, wx] = [y - y0, x - x0];
  return (
    (1 - wy) * ((1 - wx) * at(y0, x0) + wx * at(y0, x0 + 1)) +
    wy * ((1 - wx) * at(y0 + 1, x0) + wx * at(y0 + 1, x0 + 1))
  );
}

const ofWall = (label: number): boolean => label === 1 || label === 4 || label === 5;

describe('true motion of a training sample', function () {
  this.timeout(60_000);
  let cache: string;
  let slice: CineSlice;

  before(async () => {
    cache = await mkdtemp(join(tmpdir(), 'cinemyops-test-motion-'));
    const source = await openSimulatedSource('simulate:seeds=5-5,style=prior', cache);
    // In the middle of a strong ventricle: its wall neither leaves the slice nor stays where it is.
    slice = await source.draw('simulated-5', createRandom('slice 5'));
  });

  after(async () => {
    await rm(cache, { recursive: true, force: true });
  });

  it('carries end-diastolic wall to wall of every later frame, however the view is turned and mirrored', () => {
    let [kept, opposed, known] = [0, 0, 0];
    for (let seed = 0; seed < 12; seed++) {
      const options = { size: SIZE, isAugmented: true, frames: FRAMES };
      const { labels, later, motion } = drawCineSample(createRandom(`${seed}`), slice, options);
      if (later === undefined || motion === undefined) throw new Error('expected true motion');
      for (let t = 1; t < FRAMES; t++) {
        const wall = Float32Array.from(
          later.labels.subarray((t - 1) * SIZE ** 2, t * SIZE ** 2),
          (label) => (ofWall(label) ? 1 : 0),
        );
        for (let i = 0; i < SIZE ** 2; i++) {
          if (motion.known[i] === 0 || !ofWall(labels[i])) continue;
          const [y, x] = [Math.floor(i / SIZE), i % SIZE];
          const at = t * 2 * SIZE ** 2 + i;
          const [dy, dx] = [motion.displacement[at], motion.displacement[at + SIZE ** 2]];
          known++;
          kept += valueAt(wall, y + dy, x + dx);
          opposed += valueAt(wall, y - dy, x - dx);
        }
      }
    }
    expect(known).to.be.above(10_000);
    // Edges are blurred by a pixel and tissue passes through the slice: not all of it stays wall.
    expect(kept / known).to.be.above(0.93);
    expect(opposed / known).to.be.below(0.6);
  });

  it('stands still in the first frame', () => {
    const { motion } = drawCineSample(createRandom('first'), slice, {
      size: SIZE,
      isAugmented: true,
      frames: FRAMES,
    });
    const first = motion?.displacement.subarray(0, 2 * SIZE ** 2) ?? [];
    expect(first.length).to.equal(2 * SIZE ** 2);
    expect(first.every((value) => value === 0)).to.equal(true);
  });
});
