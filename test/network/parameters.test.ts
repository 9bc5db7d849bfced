import { expect } from 'chai';
import { doublingWidths, RELEASED_ARCHITECTURE } from '../../src/network/architecture.ts';
import { initialParameters, parameterSpecs, sizeOf } from '../../src/network/parameters.ts';
import { createRandom } from '../../src/random.ts';

function count(prefix: string): number {
  return parameterSpecs(RELEASED_ARCHITECTURE)
    .filter(({ name, isTrained }) => isTrained && name.startsWith(prefix))
    .reduce((total, { shape }) => total + sizeOf(shape), 0);
}

describe('parameters', () => {
  it('are as many as in the released network', () => {
    expect(count('encoder.')).to.equal(295_896);
    expect(count('anatomy.')).to.equal(245_916);
    expect(count('motion.')).to.equal(368_586);
    expect(count('head.')).to.equal(5_690_048);
    expect(count('')).to.equal(6_600_446);
  });

  it('have names of their own', () => {
    const names = parameterSpecs(RELEASED_ARCHITECTURE).map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('make room for the texture channel', () => {
    const architecture = { ...RELEASED_ARCHITECTURE, hasTextureChannel: true };
    const first = parameterSpecs(architecture).find(
      ({ name }) => name === 'head.down.0.conv1.weight',
    );
    expect(first?.shape).to.deep.equal([32, 4, 3, 3]);
  });

  it('start with the deviation that He et al. give for a slope of 0.01', () => {
    const parameters = initialParameters(RELEASED_ARCHITECTURE, createRandom('he').normal);
    const values = parameters.get('head.down.3.conv2.weight')?.values ?? new Float32Array();
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    // 589,824 draws: the standard error of the variance is 0.2 %.
    expect(variance * (256 * 9)).to.be.closeTo(2 / (1 + 0.01 ** 2), 0.02);
    expect(parameters.get('encoder.1.norm1.variance')?.values[0]).to.equal(1);
    expect(parameters.get('encoder.1.norm1.bias')?.values[0]).to.equal(0);
  });
});

describe('widths', () => {
  it('double up to the cap', () => {
    expect(doublingWidths(32, 320)).to.deep.equal([32, 64, 128, 256, 320]);
    expect(doublingWidths(8)).to.deep.equal([8, 16, 32, 64, 128]);
  });
});
