import { expect } from 'chai';
import fc from 'fast-check';
import type { TrainingSource } from '../../src/train/source.ts';
import { splitPatients } from '../../src/train/split.ts';

function sourceOf(patients: readonly string[]): TrainingSource {
  return { spec: 'test', patients, draw: () => Promise.reject(new Error('not drawn')) };
}

const names = (split: readonly { readonly patient: string }[]): string[] =>
  split.map(({ patient }) => patient).toSorted();

describe('the split of patients', () => {
  it('puts every patient on one side, whatever the order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 60 }), (patients) => {
        const split = splitPatients([sourceOf(patients)], 0.2);
        const back = splitPatients([sourceOf(patients.toReversed())], 0.2);
        expect(names([...split.training, ...split.validation])).to.deep.equal(patients.toSorted());
        expect(names(split.validation)).to.deep.equal(names(back.validation));
        expect(split.validation.length).to.be.greaterThan(0);
        expect(split.training.length).to.be.greaterThan(0);
      }),
    );
  });

  it('keeps a patient on its side when others join', () => {
    const some = Array.from({ length: 50 }, (_, i) => `p${i}`);
    const more = Array.from({ length: 100 }, (_, i) => `p${i}`);
    const before = names(splitPatients([sourceOf(some)], 0.2).validation);
    const after = names(splitPatients([sourceOf(more)], 0.2).validation);
    expect(before.filter((p) => !after.includes(p))).to.deep.equal([]);
  });

  it('holds out about the share that is asked for', () => {
    const many = Array.from({ length: 2000 }, (_, i) => `patient ${i}`);
    const { validation } = splitPatients([sourceOf(many)], 0.1);
    // Binomial: standard deviation 13.4.
    expect(validation.length).to.be.within(150, 250);
  });

  it('holds out nobody when told so', () => {
    expect(splitPatients([sourceOf(['a', 'b'])], 0).validation.length).to.equal(0);
  });

  it('holds a patient of two sources out in both', () => {
    const many = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const { training, validation } = splitPatients([sourceOf(many), sourceOf(['p1', 'p2'])], 0.1);
    const held = new Set(names(validation));
    expect(names(training).filter((name) => held.has(name))).to.deep.equal([]);
    expect([...held].filter((name) => name === 'p1' || name === 'p2')).to.have.lengthOf(1);
  });
});
