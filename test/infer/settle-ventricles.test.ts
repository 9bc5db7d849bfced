import { expect } from 'chai';
import { settleVentricles } from '../../src/infer/settle-ventricles.ts';
import { ANATOMY, type LabelVolume } from '../../src/labels.ts';
import { countsOf, ventricleOf } from '../support/ventricle.ts';

/** Shares of the beat's blood: fullest at phase 0, least at 4 of 12. */
const BEAT = [1, 0.9, 0.7, 0.5, 0.4, 0.45, 0.55, 0.7, 0.8, 0.85, 0.9, 0.95];

/** A slice that beats between its most and 0.4 of it. */
const beating = (most: number): number[] => BEAT.map((share) => Math.round(share * most));

/** A right ventricle below the left one, so many pixels in each slice and phase. */
function withRight(left: LabelVolume, blood: readonly (readonly number[])[]): LabelVolume {
  const [phases, slices, rows, columns] = left.shape;
  const shape = [phases, slices, rows + 1, columns] as const;
  const labels = new Uint8Array(phases * slices * (rows + 1) * columns);
  for (let t = 0; t < phases; t++)
    for (let z = 0; z < slices; z++) {
      const k = t * slices + z;
      const plane = left.labels.subarray(k * rows * columns, (k + 1) * rows * columns);
      const start = k * (rows + 1) * columns;
      labels.set(plane, start);
      labels.fill(
        ANATOMY.rvBlood,
        start + rows * columns,
        start + rows * columns + Math.round(blood[z][t]),
      );
    }
  return { labels, shape };
}

describe('the settled ventricles', () => {
  it('end below an atrium that fills while it ejects, and above an apex that was mistaken', () => {
    const atrium = BEAT.map((share) => Math.round(24 / (0.6 + share)));
    const belowApex = BEAT.map((share) => (share < 0.42 ? 20 : 4));
    const blood = [belowApex, beating(20), beating(30), beating(40), beating(38), atrium];
    const { anatomy, volume } = ventricleOf(blood);
    const { phases, notes } = settleVentricles(anatomy, volume, 1);
    expect(phases).to.deep.equal({ endDiastole: 0, endSystole: 4 });
    expect(countsOf(anatomy, ANATOMY.lvBlood, 0)).to.deep.equal([4, 20, 30, 40, 38, 0]);
    expect(countsOf(anatomy, ANATOMY.lvBlood, 4)).to.deep.equal([0, 8, 12, 16, 15, 0]);
    expect(notes.map((note) => note.slice(0, 22))).to.deep.equal([
      '1 slice at the base is',
      '1 slice is not counted',
    ]);
  });

  it('end at the same signs on the right, where no wall is known', () => {
    const { anatomy, volume } = ventricleOf([8, 20, 30, 40, 38].map(beating));
    const { rvBlood } = ANATOMY;
    const right = [
      beating(10),
      beating(26),
      beating(30),
      beating(28),
      BEAT.map((s) => 30 - 10 * s),
    ];
    const both = withRight(anatomy, right);
    const images = { ...volume, shape: both.shape };
    const { notes } = settleVentricles(both, images, 1);
    expect(countsOf(both, rvBlood, 0)).to.deep.equal([10, 26, 30, 28, 0]);
    expect(countsOf(both, rvBlood, 4)).to.deep.equal([4, 10, 12, 11, 0]);
    expect(countsOf(both, ANATOMY.lvBlood, 4)).to.deep.equal([3, 8, 12, 16, 15]);
    expect(notes).to.have.length(1);
    expect(notes[0]).to.contain('1 slice at the base is not counted as right ventricle');
  });

  it('count as gone what another rule took, until end systole', () => {
    // At phase 3 the last slice swells; at end systole it looks like ventricle again.
    const last = [26, 25, 23, 24, 12, 13, 15, 18, 20, 22, 24, 25];
    const inner = BEAT.map((share) => Math.round(30 * share));
    const { anatomy, volume } = ventricleOf([beating(20), beating(36), beating(34), inner, last]);
    const { notes } = settleVentricles(anatomy, volume, 1);
    expect(countsOf(anatomy, ANATOMY.lvBlood, 3)[4]).to.equal(0);
    expect(countsOf(anatomy, ANATOMY.lvBlood, 4)[4]).to.equal(0);
    expect(countsOf(anatomy, ANATOMY.lvBlood, 5)[4]).to.equal(13);
    expect(notes).to.have.length(1);
    expect(notes[0]).to.contain('did not show it shortly before');
  });

  it('are as they were found where nothing speaks against it', () => {
    const { anatomy, volume } = ventricleOf([8, 20, 30, 40, 38].map(beating));
    const before = anatomy.labels.slice();
    const { notes } = settleVentricles(anatomy, volume, 1);
    expect(notes).to.deep.equal([]);
    expect(anatomy.labels).to.deep.equal(before);
  });
});
