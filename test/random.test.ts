import { expect } from 'chai';
import { createRandom } from '../src/random.ts';

describe('random', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const draw = (seed: string) => Array.from({ length: 5 }, createRandom(seed).next);
    expect(draw('a')).to.deep.equal(draw('a'));
    expect(draw('a')).to.not.deep.equal(draw('b'));
  });

  it('forks by label, whatever was drawn before', () => {
    const random = createRandom('seed');
    const before = random.fork('part').next();
    random.next();
    expect(random.fork('part').next()).to.equal(before);
    expect(random.fork('other').next()).to.not.equal(before);
  });

  it('is uniform and normal to within sampling error', () => {
    const random = createRandom('statistics');
    const count = 40000;
    const uniform = Array.from({ length: count }, random.next);
    const normal = Array.from({ length: count }, random.normal);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / count;
    const square = (values: number[]) => mean(values.map((v) => v * v));
    // Five standard errors.
    expect(mean(uniform)).to.be.closeTo(0.5, 0.0075);
    expect(mean(normal)).to.be.closeTo(0, 0.025);
    expect(square(normal)).to.be.closeTo(1, 0.036);
  });

  it('draws whole numbers from both ends of their range', () => {
    const random = createRandom('whole');
    const seen = new Set(Array.from({ length: 200 }, () => random.integer([2, 4])));
    expect([...seen].sort()).to.deep.equal([2, 3, 4]);
  });
});
