import { expect } from 'chai';
import { lvCentre } from '../../src/infer/lv-centre.ts';
import { ANATOMY, type LabelVolume } from '../../src/labels.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';

const { volume } = simulateExam(5, { slices: 3, phases: 8, matrix: 48 });
const [phases, slices, rows, columns] = volume.shape;

/** A square of wall with blood in its middle in some slices of one phase. */
function squares(
  phase: number,
  middles: readonly (readonly [y: number, x: number])[],
): LabelVolume {
  const labels = new Uint8Array(phases * slices * rows * columns);
  middles.forEach(([y, x], z) => {
    for (let dy = -3; dy <= 3; dy++)
      for (let dx = -3; dx <= 3; dx++) {
        const isBlood = Math.abs(dy) < 2 && Math.abs(dx) < 2;
        const at = ((phase * slices + z) * rows + y + dy) * columns + x + dx;
        labels[at] = isBlood ? ANATOMY.lvBlood : ANATOMY.myocardium;
      }
  });
  return { labels, shape: volume.shape };
}

describe('centre of the left ventricle', () => {
  it('is the mean over the slices of the phase', () => {
    const anatomy = squares(2, [
      [20, 10],
      [20, 20],
      [26, 30],
    ]);
    const [y, x] = lvCentre(volume, anatomy, 2) ?? [];
    expect(y).to.be.closeTo(22, 1e-3);
    expect(x).to.be.closeTo(20, 1e-3);
  });

  it('is unknown in a phase without one', () => {
    expect(lvCentre(volume, squares(2, [[20, 20]]), 1)).to.equal(undefined);
  });
});
