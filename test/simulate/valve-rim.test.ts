import { expect } from 'chai';
import { TASK_LABEL } from '../../src/labels.ts';
import { createRandom } from '../../src/random.ts';
import { SHAPE } from '../../src/simulate/parameters.ts';
import { renderSlice } from '../../src/simulate/render-slice.ts';
import type { ScanPlan } from '../../src/simulate/scan.ts';
import { planExam } from '../../src/simulate/simulate.ts';
import { drawValveRim } from '../../src/simulate/valve-rim.ts';
import { addScaled, type Vec3 } from '../../src/volume.ts';

const MATRIX = 120;
const PIXEL_MM = 1.2;

/** Counts of labels in one slice at end diastole, across the axis, tilted by `tilt` about the line from septum to lateral wall. */
function countsOf(seed: number, belowBaseMm: number, tilt = 0): number[] {
  const { subject, plan } = planExam(seed, { condition: 'healthy' });
  const { origin, u, v, a } = subject.placement;
  const column = addScaled(addScaled([0, 0, 0], v, Math.cos(tilt)), a, Math.sin(tilt));
  const half = -((MATRIX - 1) / 2) * PIXEL_MM;
  const middle = addScaled(origin, a, belowBaseMm);
  const still: Vec3 = [0, 0, 0];
  const slice: ScanPlan = {
    ...plan,
    planes: [
      {
        imagePositionPatient: addScaled(addScaled(middle, u, half), column, half),
        imageOrientationPatient: [...u, ...column] as const,
      },
    ],
    shiftsMm: [still],
    rows: MATRIX,
    columns: MATRIX,
    pixelSpacingMm: [PIXEL_MM, PIXEL_MM],
    sliceThicknessMm: 1,
    phases: 1,
    startTime: 0,
  };
  const counts = new Array<number>(6).fill(0);
  for (const label of renderSlice(subject, slice, 0).labels) counts[label]++;
  return counts;
}

describe('the rim of the left ventricle', () => {
  it('leaves the same share of the wall in the base plane of every heart, with a gap and a part above it', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { startMm, atriumTopMm } = drawValveRim(createRandom(`rim ${seed}`));
      const share = startMm.filter((mm) => mm <= 0).length / startMm.length;
      expect(share).to.be.closeTo(SHAPE.rimShare, 0.02);
      expect(Math.max(...startMm)).to.be.greaterThan(4);
      expect(Math.min(...startMm)).to.be.within(-atriumTopMm, 0);
    }
  });

  it('makes a horseshoe of basal slices: the wall is whole at mid level and not at the base', () => {
    for (const seed of [1, 2, 3]) {
      const wallOverBlood = (mm: number): number => {
        const counts = countsOf(seed, mm);
        return counts[TASK_LABEL.myocardium] / Math.sqrt(counts[TASK_LABEL.lvBlood]);
      };
      expect(wallOverBlood(1) / wallOverBlood(35)).to.be.lessThan(0.9);
    }
  });

  it('labels a slice whole or not at all, also a tilted one', () => {
    for (const seed of [1, 2, 3])
      for (const tilt of [0, 0.15, -0.15]) {
        const [inside, outside] = [countsOf(seed, 0.5, tilt), countsOf(seed, -0.5, tilt)];
        const straight = countsOf(seed, 0.5)[TASK_LABEL.lvBlood];
        // A tilted cut through a cylinder is larger by 1 / cos(0.15), 1 %, and the cavity widens below the base.
        expect(inside[TASK_LABEL.lvBlood] / straight).to.be.closeTo(1, 0.04);
        expect(inside[TASK_LABEL.myocardium]).to.be.greaterThan(0);
        expect(outside[TASK_LABEL.lvBlood] + outside[TASK_LABEL.myocardium]).to.equal(0);
      }
  });

  it('has no answer for a slice along the axis', () => {
    expect(() => countsOf(1, 20, Math.PI / 2)).to.throw(RangeError, 'across the long axis');
  });
});
