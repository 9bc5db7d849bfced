import { expect } from 'chai';
import fc from 'fast-check';
import { NodeError } from '../../src/errors.ts';
import { anonymousStillsSpec, keptPatients, parseStillsSpec } from '../../src/train/stills-spec.ts';

describe('folds of cross-validation', () => {
  it('leave every patient out exactly once', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (names, parts) => {
          const left: string[] = [];
          for (let part = 1; part <= parts; part++) {
            const only = keptPatients(names, parseStillsSpec(`DIR,only=${part}/${parts}`));
            const without = keptPatients(names, parseStillsSpec(`DIR,without=${part}/${parts}`));
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
    expect(keptPatients(names, parseStillsSpec('DIR,only=2/3'))).to.deep.equal(['HF-2', 'N-2']);
  });

  it('keep all without an option, whatever the folder is called', () => {
    expect(parseStillsSpec('a,b=1/2')).to.deep.equal({ folder: 'a,b=1/2', except: [] });
    expect(keptPatients(['b', 'a'], parseStillsSpec('DIR'))).to.deep.equal(['a', 'b']);
  });

  it('refuse a part that does not exist', () => {
    expect(() => parseStillsSpec('DIR,only=4/3')).to.throw(
      NodeError,
      'expected a fold from 1/N to N/N',
    );
    expect(() => parseStillsSpec('DIR,without=0/3')).to.throw(NodeError);
    expect(() => parseStillsSpec('DIR,without=a')).to.throw(NodeError, 'got a');
    expect(() => parseStillsSpec('DIR,only=1/3,without=2/3')).to.throw(NodeError, 'got several');
  });
});

describe('options of stills', () => {
  const text = 'my,images,contours=my/contours,except=B,only=1/2,except=D';

  it('stand in any order', () => {
    expect(parseStillsSpec(text)).to.deep.equal({
      folder: 'my,images',
      contours: 'my/contours',
      except: ['B', 'D'],
      keeps: 'only',
      fold: { part: 1, parts: 2 },
    });
  });

  it('leave patients out before the others go to the folds', () => {
    expect(keptPatients(['A', 'B', 'C', 'D', 'E'], parseStillsSpec(text))).to.deep.equal([
      'A',
      'E',
    ]);
  });

  it('refuse a patient who is not there: a slip would train on whom it should not', () => {
    expect(() => keptPatients(['A'], parseStillsSpec('DIR,except=B'))).to.throw(NodeError, "'B'");
    expect(() => parseStillsSpec('DIR,contours=a,contours=b')).to.throw(NodeError, 'got several');
  });

  it('are recorded without paths and names', () => {
    expect(anonymousStillsSpec(text)).to.equal(
      'sunnybrook-png,contours,except=2 patients,only=1/2',
    );
  });
});
