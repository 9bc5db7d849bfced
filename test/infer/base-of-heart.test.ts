import { expect } from 'chai';
import {
  atrialSlicesNote,
  clearAtrialSlices,
  clearReturnedBase,
  clearUnwalledBase,
  returnedBaseNote,
} from '../../src/infer/base-of-heart.ts';
import { ventricleSlices } from '../../src/infer/ventricle-slices.ts';
import { ANATOMY } from '../../src/labels.ts';
import { countsOf, stackOf, TO_APEX, TO_BASE, ventricleOf } from '../support/ventricle.ts';

const ENDS = { endDiastole: 0, endSystole: 1 };

/** What the rule leaves of a ventricle. */
function heart(blood: readonly (readonly number[])[], orientation = TO_BASE) {
  const { anatomy, volume } = ventricleOf(blood, orientation);
  const cleared = clearAtrialSlices(ventricleSlices(anatomy, volume, 'left'), ENDS);
  const left = countsOf(anatomy, ANATOMY.lvBlood, 0);
  const wall = countsOf(anatomy, ANATOMY.myocardium, 0);
  const last = countsOf(anatomy, ANATOMY.lvBlood, blood[0].length - 1);
  return { cleared, left, wall, last };
}

describe('atrial slices', () => {
  it('are those at the base whose blood grows in systole, wall and all', () => {
    const { cleared, left, wall } = heart([
      [5, 2],
      [20, 12],
      [24, 16],
      [13, 18],
      [0, 9],
      [0, 0],
    ]);
    expect(cleared).to.equal(2);
    expect(left).to.deep.equal([5, 20, 24, 0, 0, 0]);
    expect(wall).to.deep.equal(left);
  });

  it('are looked for at the other end where slices go from base to apex', () => {
    const { cleared, left } = heart(
      [
        [13, 18],
        [24, 16],
        [5, 9],
      ],
      TO_APEX,
    );
    expect(cleared).to.equal(1);
    expect(left).to.deep.equal([0, 24, 5]);
  });

  it('are not an apex that bulges, nor what lies below a slice that empties', () => {
    const { cleared, left } = heart([
      [5, 9],
      [20, 24],
      [24, 16],
    ]);
    expect(cleared).to.equal(0);
    expect(left).to.deep.equal([5, 20, 24]);
  });

  it('are not slices that were drawn a little wider in systole', () => {
    expect(heart([[20, 12], [20, 22]]).cleared).to.equal(0); // prettier-ignore
  });

  it('leave nothing above them, whatever another phase shows there', () => {
    const { cleared, last } = heart([
      [20, 12, 18],
      [24, 16, 20],
      [13, 18, 12],
      [0, 0, 9],
    ]);
    expect(cleared).to.equal(1);
    expect(last).to.deep.equal([18, 20, 0, 0]);
  });

  it('are none where no slice would be left, where there is one, or no blood at all', () => {
    const grows: (readonly number[])[] = [
      [0, 9],
      [0, 12],
    ];
    expect(heart(grows).last).to.deep.equal([9, 12]);
    expect(heart([[5, 9]]).last).to.deep.equal([9]);
    expect(heart([[0, 0]]).cleared).to.equal(0);
  });

  it('are told of', () => {
    expect(atrialSlicesNote(1, 'left')).to.equal(
      '1 slice at the base is not counted as left ventricle, because it would show more of its blood at end systole than at end diastole',
    );
    expect(atrialSlicesNote(2, 'right')).to.match(
      /^2 slices at the base are not counted as right .* they would show more/,
    );
  });
});

describe('the base of the heart', () => {
  const ROW = 12;
  /** Blood of 2 x 6 pixels in each slice of one phase, with wall along so many of its 16 sides. */
  function walled(sides: readonly number[]) {
    const shape = [1, sides.length, 4, ROW] as const;
    const labels = new Uint8Array(sides.length * 4 * ROW);
    sides.forEach((count, z) => {
      const at = (y: number, x: number) => (z * 4 + y) * ROW + x;
      for (const y of [1, 2]) labels.fill(ANATOMY.lvBlood, at(y, 3), at(y, 9));
      const around = [
        ...[3, 4, 5, 6, 7, 8].map((x) => at(0, x)),
        ...[at(1, 9), at(2, 9)],
        ...[8, 7, 6, 5, 4, 3].map((x) => at(3, x)),
        ...[at(2, 2), at(1, 2)],
      ];
      for (const i of around.slice(0, count)) labels[i] = ANATOMY.myocardium;
    });
    const volume = stackOf(shape, TO_BASE);
    const anatomy = { labels, shape };
    clearUnwalledBase(anatomy, volume);
    const wall = countsOf(anatomy, ANATOMY.myocardium, 0);
    return countsOf(anatomy, ANATOMY.lvBlood, 0).map((blood, z) => [blood, wall[z]]);
  }

  it('ends at the first slice in which half of the blood has a wall', () => {
    expect(walled([16, 8, 7, 0])).to.deep.equal([
      [12, 16],
      [12, 8],
      [0, 0],
      [0, 0],
    ]);
  });

  it('keeps all where more than half of the slices would go: that is no base', () => {
    const all = walled([12, 16, 14, 7, 6, 5, 4, 3]).map(([blood]) => blood);
    expect(all).to.deep.equal(Array<number>(8).fill(12));
    expect(walled([16, 16, 4, 3]).map(([blood]) => blood)).to.deep.equal([12, 12, 0, 0]);
  });

  it('leaves what lies below that slice as it is', () => {
    expect(walled([0, 3, 16]).map(([blood]) => blood)).to.deep.equal([12, 12, 12]);
  });

  it('leaves everything where no slice has a wall: that is for measuring to refuse', () => {
    expect(walled([7, 3, 0]).map(([blood]) => blood)).to.deep.equal([12, 12, 12]);
  });
});

describe('a basal slice that comes back while the ventricle ejects', () => {
  const INNER = [
    [9, 8, 7, 6, 5, 6],
    [20, 18, 14, 12, 10, 14],
    [24, 20, 17, 15, 13, 18],
  ];

  /** Blood of the most basal slice in each phase, once those that came back are cleared. */
  function basalLeft(basal: readonly number[]): number[] {
    const { anatomy, volume } = ventricleOf([...INNER, basal]);
    clearReturnedBase(ventricleSlices(anatomy, volume, 'left'), { endDiastole: 0, endSystole: 4 });
    return basal.map((_, t) => countsOf(anatomy, ANATOMY.lvBlood, t)[3]);
  }

  it('is not counted again before end systole', () => {
    expect(basalLeft([22, 18, 0, 12, 11, 14])).to.deep.equal([22, 18, 0, 0, 0, 14]);
    expect(basalLeft([22, 18, 15, 0, 11, 14])).to.deep.equal([22, 18, 15, 0, 0, 14]);
  });

  it('is kept where it was missed in the first half of that time, or after it', () => {
    for (const basal of [
      [22, 0, 15, 12, 11, 14],
      [22, 18, 15, 12, 11, 0],
      [22, 18, 15, 12, 0, 14],
    ])
      expect(basalLeft(basal)).to.deep.equal(basal);
  });

  it('is kept where a phase lost most of the ventricle, or all', () => {
    for (const lost of [3, 4]) {
      const blood = [...INNER, [22, 18, 15, 12, 11, 14]].map((slice, z) =>
        slice.map((count, t) => (t === 3 && z >= 4 - lost ? 0 : count)),
      );
      const { anatomy, volume } = ventricleOf(blood);
      clearReturnedBase(ventricleSlices(anatomy, volume, 'left'), {
        endDiastole: 0,
        endSystole: 4,
      });
      expect(countsOf(anatomy, ANATOMY.lvBlood, 4)).to.deep.equal([5, 10, 13, 11]);
    }
  });

  it('is kept where little else of the phase would be left', () => {
    const { anatomy, volume } = ventricleOf([
      [20, 18, 12, 8, 0],
      [24, 20, 16, 10, 9],
      [22, 18, 14, 0, 12],
    ]);
    const slices = ventricleSlices(anatomy, volume, 'left');
    expect(clearReturnedBase(slices, { endDiastole: 0, endSystole: 4 })).to.equal(1);
    const few = ventricleOf([
      [20, 18, 12, 8, 0],
      [24, 20, 16, 0, 9],
      [22, 18, 14, 0, 12],
    ]);
    const fewSlices = ventricleSlices(few.anatomy, few.volume, 'left');
    expect(clearReturnedBase(fewSlices, { endDiastole: 0, endSystole: 4 })).to.equal(0);
    expect(countsOf(few.anatomy, ANATOMY.lvBlood, 4)).to.deep.equal([0, 9, 12]);
  });

  it('is nothing where there is one phase, or one slice', () => {
    for (const blood of [[[9], [12]], [[9, 0, 4]]]) {
      const { anatomy, volume } = ventricleOf(blood);
      const slices = ventricleSlices(anatomy, volume, 'left');
      const endSystole = blood[0].length - 1;
      expect(clearReturnedBase(slices, { endDiastole: 0, endSystole })).to.equal(0);
    }
  });

  it('is told of', () => {
    expect(returnedBaseNote(1, 'left')).to.equal(
      '1 slice at the base is not counted as left ventricle at end systole, because it did not show it shortly before',
    );
    expect(returnedBaseNote(2, 'right')).to.match(/^2 slices .* right .* they did not/);
  });

  it('goes over the last phase where end diastole lies late', () => {
    const { anatomy, volume } = ventricleOf([
      [6, 8, 12, 9],
      [14, 20, 22, 18],
      [0, 12, 24, 16],
    ]);
    clearReturnedBase(ventricleSlices(anatomy, volume, 'left'), { endDiastole: 2, endSystole: 1 });
    expect(countsOf(anatomy, ANATOMY.lvBlood, 1)).to.deep.equal([8, 20, 0]);
  });
});
