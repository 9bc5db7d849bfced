import { expect } from 'chai';
import { clearSmallLesions, smallLesionsNotes } from '../../src/infer/small-lesions.ts';
import { PATHOLOGY, type LabelVolume } from '../../src/labels.ts';
import { examFixture } from '../support/exam-fixture.ts';

const { healthyMyocardium, lvBlood, scar, edema } = PATHOLOGY;
const COLUMNS = 12;
const ROWS = 10;

/** All wall but for bars of a label in one row each, from column 0. A voxel is 0.1 mL. */
function heart(
  slices: number,
  ...bars: readonly (readonly [label: number, length: number, z: number, row: number])[]
): { pathology: LabelVolume; volume: ReturnType<typeof examFixture>['volume'] } {
  const shape = [1, slices, ROWS, COLUMNS] as const;
  const labels = new Uint8Array(slices * ROWS * COLUMNS).fill(healthyMyocardium);
  for (const [label, length, z, row] of bars) {
    const start = (z * ROWS + row) * COLUMNS;
    labels.fill(label, start, start + length);
  }
  const { volume } = examFixture({ shape, pixelSpacingMm: [5, 2], sliceStepMm: 10 });
  return { pathology: { labels, shape }, volume };
}

const count = ({ labels }: LabelVolume, label: number): number =>
  labels.filter((own) => own === label).length;

describe('small lesions', () => {
  it('below 2 mL become healthy wall, all larger pieces stay', () => {
    const { pathology, volume } = heart(
      3,
      [scar, 12, 0, 0],
      [scar, 12, 0, 1],
      [edema, 10, 2, 6],
      [edema, 12, 2, 7],
      [scar, 9, 0, 9],
      [lvBlood, 2, 1, 4],
    );
    expect(clearSmallLesions(pathology, volume)).to.be.closeTo(0.9, 1e-9);
    expect(count(pathology, scar)).to.equal(24);
    expect(count(pathology, edema)).to.equal(22);
    expect(count(pathology, lvBlood)).to.equal(2);
  });

  it('are whole: scar, its edema and their going on in the next slice count together', () => {
    const { pathology, volume } = heart(3, [scar, 8, 0, 4], [edema, 8, 1, 5], [scar, 4, 2, 5]);
    expect(clearSmallLesions(pathology, volume)).to.equal(0);
    expect(count(pathology, scar) + count(pathology, edema)).to.equal(20);
  });

  it('are left alone where too few slices were scanned to know how large they are', () => {
    const { pathology, volume } = heart(2, [scar, 3, 0, 0]);
    expect(clearSmallLesions(pathology, volume)).to.equal(0);
    expect(count(pathology, scar)).to.equal(3);
  });

  it('are told of in millilitres', () => {
    expect(smallLesionsNotes(0.04)).to.deep.equal([]);
    expect(smallLesionsNotes(1.26)[0]).to.equal(
      '1.3 mL of scar or edema in pieces below 2 mL were counted as healthy',
    );
  });
});
