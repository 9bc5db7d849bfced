import { expect } from 'chai';
import * as fc from 'fast-check';
import { blandAltmanSvg } from '../../src/evaluate/bland-altman-svg.ts';
import { agreementOf, percentile, standardDeviation } from '../../src/evaluate/statistics.ts';

describe('statistics', () => {
  it('interpolates percentiles between ranks, as NumPy does', () => {
    expect(percentile(Float64Array.of(4, 1, 3, 2), 0.95)).to.be.closeTo(3.85, 1e-12);
    expect(percentile(Float64Array.of(7), 0.95)).to.equal(7);
    expect(percentile(Float64Array.of(1, 2), 1)).to.equal(2);
  });

  it('gives bias and limits of agreement as worked out by hand', () => {
    const agreement = agreementOf([
      { truth: 100, predicted: 101 },
      { truth: 50, predicted: 53 },
      { truth: 70, predicted: 68 },
    ]);
    // Differences 1, 3, -2: mean 2/3, squares 1/9 + 49/9 + 64/9 = 114/9 over 2.
    const deviation = Math.sqrt(114 / 18);
    expect(agreement.bias).to.be.closeTo(2 / 3, 1e-12);
    expect(agreement.standardDeviation).to.be.closeTo(deviation, 1e-12);
    expect(agreement.limits[0]).to.be.closeTo(2 / 3 - 1.96 * deviation, 1e-12);
    expect(agreement.limits[1]).to.be.closeTo(2 / 3 + 1.96 * deviation, 1e-12);
    expect(agreement.meanAbsoluteError).to.equal(2);
    expect(agreement.count).to.equal(3);
    expect(() => agreementOf([])).to.throw(/got none/);
    expect(standardDeviation([5])).to.equal(0);
  });

  it('finds a constant offset as bias with limits upon it', () => {
    const values = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 2 });
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), (truths, offset) => {
        const { bias, limits } = agreementOf(
          truths.map((truth) => ({ truth, predicted: truth + offset })),
        );
        expect(bias).to.be.closeTo(offset, 1e-9);
        expect(limits[1] - limits[0]).to.be.closeTo(0, 1e-9);
      }),
    );
  });

  it('draws a Bland-Altman plot with every case, also of a single one', () => {
    const svg = blandAltmanSvg('LV EDV, mL', [
      { id: 'a<b', truth: 100, predicted: 104 },
      { id: 'c', truth: 120, predicted: 118 },
    ]);
    expect(svg.match(/<circle/g)?.length).to.equal(2);
    expect(svg).to.contain('bias 1.0');
    expect(svg).to.contain('a&lt;b: 4.0 at 102.0');
    expect(svg).to.not.match(/NaN|Infinity/);
    const single = blandAltmanSvg('x', [{ id: 'a', truth: 1, predicted: 1 }]);
    expect(single).to.not.match(/NaN|Infinity/);
  });
});
