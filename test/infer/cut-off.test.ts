import { expect } from 'chai';
import { cutOffNotes } from '../../src/infer/cut-off.ts';
import { placeAround } from '../../src/infer/place.ts';
import { ANATOMY, type LabelVolume } from '../../src/labels.ts';
import { examFixture } from '../support/exam-fixture.ts';

const SIDE = 80;
const { volume } = examFixture({ shape: [2, 3, SIDE, SIDE], pixelSpacingMm: [1, 1] });
/** 32 pixels of the region around the middle. */
const place = placeAround(volume, [40, 40], 32, 1);
const [centreY, centreX] = place.region.centres[1];

/** A square of the label in one slice of the second phase, its left border so many mm left of the region's centre. */
function square(
  label: number,
  { leftMm, sideMm }: { leftMm: number; sideMm: number },
): LabelVolume {
  const labels = new Uint8Array(volume.shape.reduce((product, size) => product * size, 1));
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const [up, left] = [Math.abs(y - centreY), centreX - x];
      const isIn = up <= sideMm / 2 && left <= leftMm && left >= leftMm - sideMm;
      if (isIn) labels[((1 * 3 + 1) * SIDE + y) * SIDE + x] = label;
    }
  return { labels, shape: volume.shape };
}

describe('a ventricle at the edge of the region', () => {
  it('is told of, by its side', () => {
    const cut = square(ANATOMY.rvBlood, { leftMm: 15, sideMm: 14 });
    expect(cutOffNotes(place, cut, [0, 1])).to.deep.equal([
      'the right ventricle reaches the edge of the 32 mm around the heart that were segmented: its volumes are too small',
    ]);
    const left = square(ANATOMY.lvBlood, { leftMm: 15, sideMm: 14 });
    expect(cutOffNotes(place, left, [1])[0]).to.contain('the left ventricle');
  });

  it('is told of where it is measured alone', () => {
    const cut = square(ANATOMY.rvBlood, { leftMm: 15, sideMm: 14 });
    expect(cutOffNotes(place, cut, [0])).to.deep.equal([]);
  });

  it('is none when it ends before the edge, or touches it with a speck', () => {
    const inside = square(ANATOMY.rvBlood, { leftMm: 11, sideMm: 14 });
    const speck = square(ANATOMY.rvBlood, { leftMm: 15, sideMm: 4 });
    expect(cutOffNotes(place, inside, [1])).to.deep.equal([]);
    expect(cutOffNotes(place, speck, [1])).to.deep.equal([]);
  });
});
