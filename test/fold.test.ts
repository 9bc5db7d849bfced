import { expect } from 'chai';
import fc from 'fast-check';
import { NodeError } from '../src/errors.ts';
import { keptPatients, parseFold } from '../src/fold.ts';

describe('folds of cross-validation', () => {
  it('leave every patient out exactly once', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (names, parts) => {
          const left: string[] = [];
          for (let part = 1; part <= parts; part++) {
            const only = keptPatients(names, parseFold(`DIR,only=${part}/${parts}`));
            const without = keptPatients(names, parseFold(`DIR,without=${part}/${parts}`));
            expect([...only, ...without].toSorted()).to.deep.equal(names.toSorted());
            left.push(...only);
          }
          expect(left.toSorted()).to.deep.equal(names.toSorted());
        },
      ),
    );
  });

  it('spread neighbouring names', () => {
    const names = ['HF-1', 'HF-2', 'HF-3', 'N-1', 'N-2', 'N-3'];
    expect(keptPatients(names, parseFold('DIR,only=2/3'))).to.deep.equal(['HF-2', 'N-2']);
  });

  it('keep all without an option, whatever the folder is called', () => {
    expect(parseFold('a,b=1/2')).to.deep.equal({ folder: 'a,b=1/2' });
    expect(keptPatients(['b', 'a'], parseFold('DIR'))).to.deep.equal(['a', 'b']);
  });

  it('refuse a part that does not exist', () => {
    expect(() => parseFold('DIR,only=4/3')).to.throw(NodeError, 'expected a fold from 1/N to N/N');
    expect(() => parseFold('DIR,without=0/3')).to.throw(NodeError);
  });
});
