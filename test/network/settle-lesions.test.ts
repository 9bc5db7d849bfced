import { expect } from 'chai';
import fc from 'fast-check';
import { settleLesions } from '../../src/network/settle-lesions.ts';

/** Background, healthy wall, blood, scar, edema of one pixel. */
function settled(...probabilities: readonly number[]): number[] {
  const own = Float32Array.from(probabilities);
  settleLesions(own);
  return [...own].map((p) => Math.round(p * 1000) / 1000);
}

describe('settleLesions', () => {
  it('counts scar and edema together against healthy wall, and gives all to the likelier', () => {
    expect(settled(0.1, 0.4, 0, 0.2, 0.3)).to.deep.equal([0.1, 0, 0, 0, 0.9]);
    expect(settled(0.1, 0.4, 0, 0.3, 0.2)).to.deep.equal([0.1, 0, 0, 0.9, 0]);
    expect(settled(0.1, 0.5, 0, 0.2, 0.2)).to.deep.equal([0.1, 0.9, 0, 0, 0]);
  });

  it('lets the wall win as one against background and blood', () => {
    // The greatest of five would be background.
    expect(settled(0.4, 0.3, 0, 0.25, 0.05).indexOf(0.6)).to.equal(1);
  });

  it('keeps the sum, background and blood of every pixel', () => {
    const pixel = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), {
      minLength: 10,
      maxLength: 10,
    });
    fc.assert(
      fc.property(pixel, (values) => {
        const before = Float32Array.from(values);
        const after = before.slice();
        settleLesions(after);
        for (const i of [0, 1]) {
          const sum = (v: Float32Array): number => v[2 + i] + v[6 + i] + v[8 + i];
          expect(sum(after)).to.be.closeTo(sum(before), 1e-6);
          for (const at of [i, 4 + i]) expect(after[at]).to.equal(before[at]);
        }
      }),
    );
  });
});
