import { expect } from 'chai';
import { median } from '../src/median.ts';

describe('median', () => {
  it('is the middle of an odd number, the upper middle of an even one, and nothing of nothing', () => {
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 3, 2])).to.equal(3);
    expect(median([])).to.equal(undefined);
  });
});
