import { expect } from 'chai';
import { createRandom } from '../../src/random.ts';
import { imperfectMotion } from '../../src/train/imperfect-motion.ts';

const SIZE = 48;
const FRAMES = 3;

/** Motion of 4 pixels down, known in a disc. */
function disc() {
  const known = Uint8Array.from({ length: SIZE ** 2 }, (_, i) =>
    Math.hypot((i % SIZE) - SIZE / 2, Math.floor(i / SIZE) - SIZE / 2) < 12 ? 1 : 0,
  );
  const displacement = new Float32Array(FRAMES * 2 * SIZE ** 2);
  for (let t = 1; t < FRAMES; t++)
    known.forEach((is, i) => (displacement[t * 2 * SIZE ** 2 + i] = 4 * is));
  return { displacement, known };
}

const mean = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('motion that is shown to the head', () => {
  it('goes on beyond what is known, without an edge', () => {
    const { displacement, known } = disc();
    let largestStep = 0;
    for (let seed = 0; seed < 5; seed++) {
      const shown = imperfectMotion(createRandom(`${seed}`), { displacement, known });
      const down = shown.subarray(2 * SIZE ** 2, 3 * SIZE ** 2);
      for (let i = 1; i < down.length; i++)
        if (i % SIZE !== 0) largestStep = Math.max(largestStep, Math.abs(down[i] - down[i - 1]));
    }
    // The edge of the disc itself is a step of 4 pixels.
    expect(largestStep).to.be.below(1);
  });

  it('is the true motion, times a gain and with a small error', () => {
    const { displacement, known } = disc();
    for (let seed = 0; seed < 20; seed++) {
      const shown = imperfectMotion(createRandom(`${seed}`), { displacement, known });
      const down = shown.subarray(4 * SIZE ** 2, 5 * SIZE ** 2).filter((_, i) => known[i] === 1);
      expect(mean(down)).to.be.within(1.2, 5.6);
    }
  });

  it('stays at rest in the first frame', () => {
    const shown = imperfectMotion(createRandom('rest'), disc());
    expect(shown.subarray(0, 2 * SIZE ** 2).every((value) => value === 0)).to.equal(true);
  });

  it('is at rest but for the error where nothing is known', () => {
    const { displacement } = disc();
    const known = new Uint8Array(SIZE ** 2);
    const shown = imperfectMotion(createRandom('none'), {
      displacement: new Float32Array(displacement.length),
      known,
    });
    expect(shown.every((value) => Number.isFinite(value))).to.equal(true);
  });
});
