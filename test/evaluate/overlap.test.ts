import { expect } from 'chai';
import * as fc from 'fast-check';
import { confusion, detection, dice } from '../../src/evaluate/overlap.ts';

const mask = (...values: number[]) => Uint8Array.from(values);

describe('overlap', () => {
  const truth = mask(1, 1, 1, 1, 0, 0, 0, 0, 0, 0);
  const predicted = mask(0, 1, 1, 1, 1, 1, 0, 0, 0, 0);

  it('gives Dice and detection as worked out by hand', () => {
    const counts = confusion(truth, predicted);
    expect(counts).to.deep.equal({
      truePositives: 3,
      falsePositives: 2,
      falseNegatives: 1,
      trueNegatives: 4,
    });
    expect(dice(counts)).to.equal(6 / 9);
    expect(detection(counts)).to.deep.equal({
      precision: 3 / 5,
      sensitivity: 3 / 4,
      specificity: 4 / 6,
      negativePredictiveValue: 4 / 5,
    });
  });

  it('counts only what lies within', () => {
    const within = mask(1, 1, 0, 0, 1, 0, 1, 0, 0, 0);
    expect(confusion(truth, predicted, within)).to.deep.equal({
      truePositives: 1,
      falsePositives: 1,
      falseNegatives: 1,
      trueNegatives: 1,
    });
  });

  it('has no figure where the denominator is 0', () => {
    const empty = mask(0, 0);
    const counts = confusion(empty, mask(0, 1));
    expect(dice(counts)).to.equal(null);
    expect(detection(counts).sensitivity).to.equal(null);
    expect(detection(confusion(empty, empty)).precision).to.equal(null);
    expect(dice(confusion(mask(1, 1), empty))).to.equal(0);
  });

  it('refuses masks of unequal size', () => {
    expect(() => confusion(truth, mask(1))).to.throw(/expected masks of 10 voxels, got 1/);
  });

  it('is 1 for a mask and itself, and the same both ways round', () => {
    const pairs = fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(pairs, (bits) => {
        const [a, b] = [mask(...bits.map(([x]) => x)), mask(...bits.map(([, y]) => y))];
        if (!a.includes(1) || !b.includes(1)) return;
        expect(dice(confusion(a, a))).to.equal(1);
        expect(dice(confusion(a, b))).to.equal(dice(confusion(b, a)));
      }),
    );
  });
});
