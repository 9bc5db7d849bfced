import { expect } from 'chai';
import * as fc from 'fast-check';
import { scoreMotion } from '../../src/evaluate/score-motion.ts';
import type { NativeMotion } from '../../src/evaluate/native-motion.ts';
import { sumStrain } from '../../src/evaluate/strain.ts';
import type { MotionField } from '../../src/motion-field.ts';
import { sliceDisplacement } from '../../src/simulate/displacement.ts';
import { simulateExam, type SimulatedExam } from '../../src/simulate/simulate.ts';

const ROWS = 21;
const COLUMNS = 25;
const CENTRE = [10, 12] as const;

/** Motion that maps (y, x) mm about the centre by a matrix. */
function linear(matrix: readonly [number, number, number, number]): NativeMotion {
  const pixelSpacingMm = [1.5, 1.25] as const;
  const size = ROWS * COLUMNS;
  const displacementMm = new Float32Array(2 * size);
  for (let i = 0; i < size; i++) {
    const y = (Math.floor(i / COLUMNS) - CENTRE[0]) * pixelSpacingMm[0];
    const x = ((i % COLUMNS) - CENTRE[1]) * pixelSpacingMm[1];
    displacementMm[i] = matrix[0] * y + matrix[1] * x - y;
    displacementMm[size + i] = matrix[2] * y + matrix[3] * x - x;
  }
  return { displacementMm, rows: ROWS, columns: COLUMNS, pixelSpacingMm };
}

const WALL = new Uint8Array(ROWS * COLUMNS).fill(1);

describe('strain', () => {
  it('is what the heart shrinks by, in every direction', () => {
    const { circumferential, radial, pixels } = sumStrain(linear([0.8, 0, 0, 0.8]), WALL, CENTRE);
    // All but the border and the centre itself, where no direction is radial.
    expect(pixels).to.equal((ROWS - 2) * (COLUMNS - 2) - 1);
    // Single precision.
    expect(circumferential / pixels).to.be.closeTo(-0.2, 1e-5);
    expect(radial / pixels).to.be.closeTo(-0.2, 1e-5);
  });

  it('is nothing for a turn of any size', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (angle) => {
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        const { circumferential, radial, pixels } = sumStrain(linear([c, -s, s, c]), WALL, CENTRE);
        expect(circumferential / pixels).to.be.closeTo(0, 1e-4);
        expect(radial / pixels).to.be.closeTo(0, 1e-4);
      }),
    );
  });

  it('tells radial from circumferential: along the axes of a stretch in y', () => {
    const motion = linear([1.3, 0, 0, 1]);
    const above = new Uint8Array(ROWS * COLUMNS);
    // A plus of wall straight above the centre: one pixel has four neighbours of wall.
    for (const step of [0, 1, -1, COLUMNS, -COLUMNS]) above[4 * COLUMNS + 12 + step] = 1;
    const { circumferential, radial, pixels } = sumStrain(motion, above, CENTRE);
    expect(pixels).to.equal(1);
    expect(radial).to.be.closeTo(0.3, 1e-5);
    expect(circumferential).to.be.closeTo(0, 1e-5);
  });
});

describe('motion error', function () {
  this.timeout(60_000);
  let exam: SimulatedExam;

  before(() => {
    exam = simulateExam(3, {
      slices: 3,
      phases: 10,
      matrix: 96,
      isCentred: true,
      // Only square pixels lie upon those of a region.
      pixelSpacingMm: [2, 2],
    });
  });

  /** The truth, put on a region that lies upon the native pixels, and changed. */
  function fieldOf(change: (mm: number) => number): MotionField {
    const { shape, pixelSpacingMm } = exam.volume;
    const [phases, slices, rows, columns] = shape;
    const size = Math.min(rows, columns);
    const displacementMm = new Float32Array(slices * phases * 2 * size * size);
    const shown = Array.from({ length: phases }, (_, k) => exam.endDiastole + k);
    for (let z = 0; z < slices; z++) {
      const truth = sliceDisplacement(exam.subject, { plan: exam.plan, z }, exam.endDiastole);
      shown.forEach((phase, k) => {
        for (let c = 0; c < 2; c++)
          for (let y = 0; y < size; y++)
            for (let x = 0; x < size; x++) {
              const from = (((phase % phases) * 3 + c) * rows + y) * columns + x;
              const to = (((z * phases + k) * 2 + c) * size + y) * size + x;
              displacementMm[to] = change(truth[from]);
            }
      });
    }
    return {
      displacementMm,
      frames: phases,
      phases: shown,
      size,
      pixelMm: pixelSpacingMm[0],
      centres: Array.from({ length: slices }, () => [(size - 1) / 2, (size - 1) / 2] as const),
    };
  }

  it('is nothing for the truth itself, and strain is then the true one', () => {
    const score = scoreMotion(
      exam,
      fieldOf((mm) => mm),
    );
    expect(score.errorMm).to.be.closeTo(0, 1e-5);
    expect(score.endSystoleDisplacementMm).to.be.greaterThan(0.5);
    const { circumferential, radial } = score.strainPercent;
    expect(circumferential.predicted).to.be.closeTo(circumferential.truth, 1e-3);
    expect(circumferential.truth).to.be.lessThan(0);
    expect(radial.predicted).to.be.closeTo(radial.truth, 1e-3);
    expect(radial.truth).to.be.greaterThan(0);
  });

  it('is the whole displacement for a field that stands still', () => {
    const score = scoreMotion(
      exam,
      fieldOf(() => 0),
    );
    expect(score.endSystoleErrorMm).to.be.closeTo(score.endSystoleDisplacementMm, 1e-5);
    expect(score.strainPercent.circumferential.predicted).to.be.closeTo(0, 1e-9);
  });

  it('is a constant error everywhere', () => {
    const score = scoreMotion(
      exam,
      fieldOf((mm) => mm + 3),
    );
    // 3 mm along y and along x.
    expect(score.errorMm).to.be.closeTo(3 * Math.SQRT2, 1e-4);
  });
});
