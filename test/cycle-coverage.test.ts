import { expect } from 'chai';
import { coverageOfExam } from '../src/cycle-coverage.ts';

describe('cycle coverage', () => {
  it('comes from trigger times and R-R intervals, and is taken for 1 without them', () => {
    const times = Float64Array.from({ length: 20 }, (_, i) => Math.floor(i / 2) * 50);
    expect(coverageOfExam(times, [1000, 1000])).to.be.closeTo(0.5, 1e-9);
    expect(coverageOfExam(times, [Number.NaN, Number.NaN])).to.equal(1);
  });
});
