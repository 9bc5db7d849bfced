import { expect } from 'chai';
import { settleVentricle } from '../../src/infer/settle-ventricle.ts';
import { ANATOMY } from '../../src/labels.ts';
import { countsOf, ventricleOf } from '../support/ventricle.ts';

/** Shares of the beat's blood: fullest at phase 0, least at 4 of 12. */
const BEAT = [1, 0.9, 0.7, 0.5, 0.4, 0.45, 0.55, 0.7, 0.8, 0.85, 0.9, 0.95];

/** A slice that beats between its most and 0.4 of it. */
const beating = (most: number): number[] => BEAT.map((share) => Math.round(share * most));

describe('the settled ventricle', () => {
  it('ends below an atrium that fills while it ejects, and above an apex that was mistaken', () => {
    const atrium = BEAT.map((share) => Math.round(24 / (0.6 + share)));
    const belowApex = BEAT.map((share) => (share < 0.42 ? 20 : 4));
    const blood = [belowApex, beating(20), beating(30), beating(40), beating(38), atrium];
    const { anatomy, volume } = ventricleOf(blood);
    const { phases, notes } = settleVentricle(anatomy, volume, 1);
    expect(phases).to.deep.equal({ endDiastole: 0, endSystole: 4 });
    expect(countsOf(anatomy, ANATOMY.lvBlood, 0)).to.deep.equal([4, 20, 30, 40, 38, 0]);
    expect(countsOf(anatomy, ANATOMY.lvBlood, 4)).to.deep.equal([0, 8, 12, 16, 15, 0]);
    expect(notes.map((note) => note.slice(0, 22))).to.deep.equal([
      '1 slice at the base is',
      '1 slice is not counted',
    ]);
  });

  it('is as it was found where nothing speaks against it', () => {
    const { anatomy, volume } = ventricleOf([8, 20, 30, 40, 38].map(beating));
    const before = anatomy.labels.slice();
    const { notes } = settleVentricle(anatomy, volume, 1);
    expect(notes).to.deep.equal([]);
    expect(anatomy.labels).to.deep.equal(before);
  });
});
