import { expect } from 'chai';
import { clearSwollenEnds, swollenEndsNote } from '../../src/infer/swollen-ends.ts';
import { ventricleSlices } from '../../src/infer/ventricle-slices.ts';
import { ANATOMY } from '../../src/labels.ts';
import { countsOf, TO_APEX, TO_BASE, ventricleOf } from '../support/ventricle.ts';

const PHASES = { endDiastole: 0, endSystole: 1 };

/** What is left at end diastole and end systole of slices from apex to base. */
function heart(blood: readonly (readonly number[])[], orientation = TO_BASE) {
  const { anatomy, volume } = ventricleOf(blood, orientation);
  const cleared = clearSwollenEnds(ventricleSlices(anatomy, volume, 'left'), PHASES);
  const [diastole, systole] = [0, 1].map((t) => countsOf(anatomy, ANATOMY.lvBlood, t));
  const wall = countsOf(anatomy, ANATOMY.myocardium, 1);
  return { cleared, diastole, systole, wall };
}

describe('swollen ends of the ventricle', () => {
  it('are the last slice towards the base, holding more than its neighbour and hardly less than before', () => {
    const { cleared, diastole, systole, wall } = heart([
      [4, 2],
      [18, 9],
      [25, 12],
      [24, 11],
      [22, 19],
      [0, 0],
    ]);
    expect(cleared).to.equal(1);
    expect(systole).to.deep.equal([2, 9, 12, 11, 0, 0]);
    expect(wall).to.deep.equal(systole);
    expect(diastole).to.deep.equal([4, 18, 25, 24, 22, 0]);
  });

  it('are not a base of several slices that does not contract, nor any slice of end diastole', () => {
    const akinetic = [
      [10, 2],
      [15, 4],
      [20, 9],
      [19, 16],
      [18, 16],
    ];
    expect(heart(akinetic).systole).to.deep.equal([2, 4, 9, 16, 16]);
    const halfMissed = [
      [10, 5],
      [20, 10],
      [9, 10],
      [16, 8],
    ];
    expect(heart(halfMissed).diastole).to.deep.equal([10, 20, 9, 16]);
  });

  it('are slices at the apex that grew and hold more than their neighbour', () => {
    const blood = [
      [3, 11],
      [11, 4],
      [17, 7],
      [22, 9],
    ];
    expect(heart(blood).systole).to.deep.equal([0, 4, 7, 9]);
    const turned = heart(blood.toReversed(), TO_APEX);
    expect(turned.systole).to.deep.equal([9, 7, 4, 0]);
    expect(turned.cleared).to.equal(1);
  });

  it('are not an aneurysm that stays as wide as it was', () => {
    const { cleared, systole } = heart([
      [14, 15],
      [15, 11],
      [20, 12],
      [22, 14],
    ]);
    expect(cleared).to.equal(0);
    expect(systole).to.deep.equal([15, 11, 12, 14]);
  });

  it('are not the base of a heart whose middle all but closes', () => {
    const { cleared } = heart([
      [6, 3],
      [18, 0],
      [20, 1],
      [16, 9],
      [12, 8],
    ]);
    expect(cleared).to.equal(0);
  });

  it('are not what lies beyond a slice that is no wider, and nothing is cleared without blood', () => {
    expect(heart([[9, 4], [20, 10], [21, 14], [18, 18]]).cleared).to.equal(0); // prettier-ignore
    expect(heart([[9, 4]]).cleared).to.equal(0);
    expect(heart([[0, 0], [0, 0]]).cleared).to.equal(0); // prettier-ignore
  });

  it('are told of', () => {
    expect(swollenEndsNote(1, 'left')).to.equal(
      '1 slice is not counted as left ventricle at end systole, because it would show more blood than its neighbours',
    );
    expect(swollenEndsNote(2, 'right')).to.match(
      /^2 slices are not counted as right .* because they would show .* than their/,
    );
  });
});
