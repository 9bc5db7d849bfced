import { expect } from 'chai';
import { mixedWeights } from '../../src/train/kept-weights.ts';

const weights = (...values: number[]) =>
  new Map([['a', { shape: [values.length], values: Float32Array.from(values) }]]);

describe('mixed weights', () => {
  it('lie between those of two networks, as near to the first as its share', () => {
    const { values } = mixedWeights(weights(1, -2), weights(3, 2), 0.75).get('a') ?? {};
    expect([...(values ?? [])]).to.deep.equal([1.5, -1]);
  });

  it('are refused for networks of other widths', () => {
    expect(() => mixedWeights(weights(1), weights(1, 2), 0.5)).to.throw('got 1 and 2 values');
    expect(() => mixedWeights(new Map(), weights(1, 2), 0.5)).to.throw('got 0 and 2 values');
  });
});
