import { expect } from 'chai';
import fc from 'fast-check';
import { FULL_ANNOTATION } from '../../src/network/targets.ts';
import { createRandom } from '../../src/random.ts';
import { drawIntensityChanges } from '../../src/train/intensity.ts';
import { drawCineSample, drawStill, framesAt, heartCentre } from '../../src/train/sample.ts';
import type { CineSlice } from '../../src/train/source.ts';
import { sampleFrame, sampleLabels, samplingPoints } from '../../src/train/view.ts';

const [ROWS, COLUMNS] = [40, 60];

/** Twenty phases; a square of LV blood, brighter in each later phase, off the middle of the image. */
function squareSlice(): CineSlice {
  const size = ROWS * COLUMNS;
  const frames = new Float32Array(20 * size);
  const labels = new Uint8Array(size);
  for (let y = 8; y < 16; y++) for (let x = 36; x < 44; x++) labels[y * COLUMNS + x] = 2;
  for (let t = 0; t < 20; t++)
    for (let i = 0; i < size; i++) frames[t * size + i] = labels[i] === 2 ? 10 + t : 0;
  return {
    frames,
    shape: [20, ROWS, COLUMNS],
    pixelSpacingMm: [2, 1],
    cycleShare: 1,
    endDiastole: 3,
    labels: new Map([[3, labels]]),
    annotation: FULL_ANNOTATION,
  };
}

describe('training samples', () => {
  it('look at the middle of the labels', () => {
    expect(heartCentre(squareSlice())).to.deep.equal([11.5, 39.5]);
  });

  it('keep millimetres: a square of 16 x 8 mm has 16 x 8 pixels of 1 mm', () => {
    const slice = squareSlice();
    const view = {
      centre: heartCentre(slice),
      size: 32,
      pixelMm: 1,
      radians: 0,
      isMirrored: false,
    };
    const labels = sampleLabels(
      slice.labels.get(3) ?? new Uint8Array(0),
      [ROWS, COLUMNS],
      samplingPoints(view, slice),
    );
    expect(labels.filter((l) => l === 2).length).to.equal(16 * 8);
    // Rows are 2 mm apart: the square is tall.
    expect(labels[8 * 32 + 16]).to.equal(2);
    expect(labels[16 * 32 + 10]).to.equal(0);
  });

  it('turn and mirror image and labels alike', () => {
    const slice = squareSlice();
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.boolean(),
        fc.double({ min: -8, max: 8, noNaN: true }),
        (radians, isMirrored, off) => {
          const [y, x] = heartCentre(slice);
          const view = { centre: [y + off, x - off] as const, size: 32, pixelMm: 1.2 };
          const points = samplingPoints({ ...view, radians, isMirrored }, slice);
          const frame = slice.frames.subarray(0, ROWS * COLUMNS);
          const shown = sampleFrame(frame, [ROWS, COLUMNS], points);
          const labels = sampleLabels(
            slice.labels.get(3) ?? new Uint8Array(0),
            [ROWS, COLUMNS],
            points,
          );
          // Bright (10) within nine tenths of the square's own pixels only.
          const disagreeing = shown.filter((v, i) => v > 9 && labels[i] !== 2);
          expect(disagreeing.length).to.equal(0);
        },
      ),
    );
  });

  it('show end diastole first and go round the end of the cycle', () => {
    const slice = squareSlice();
    const at = 12 * COLUMNS + 40;
    const brightness = framesAt(slice, [0, 0.5, 0.9]).map((frame) => frame[at]);
    // Phases 3, 13 and 21, which is 1 of the next cycle.
    [13, 23, 11].forEach((expected, i) => {
      expect(brightness[i]).to.be.closeTo(expected, 1e-4);
    });
  });

  it('do not go round an open cycle', () => {
    const frames = framesAt({ ...squareSlice(), cycleShare: 0.68, endDiastole: 0 }, [0, 0.64, 0.9]);
    expect(frames[2][12 * COLUMNS + 40]).to.equal(29);
  });

  it('are the same for the same random stream and differ for another', () => {
    const slice = squareSlice();
    const options = { size: 32, isAugmented: true, frames: 4 };
    const draw = (seed: string) => drawCineSample(createRandom(seed), slice, options);
    expect(draw('a')).to.deep.equal(draw('a'));
    expect(draw('a').cine).to.not.deep.equal(draw('b').cine);
  });

  it('are z-scored, whatever was changed before', () => {
    for (let i = 0; i < 20; i++) {
      const random = createRandom(`z ${i}`);
      const { cine } = drawStill(random, squareSlice(), { size: 32, isAugmented: true });
      const mean = cine.reduce((a, b) => a + b, 0) / cine.length;
      expect(mean).to.be.closeTo(0, 1e-3);
      expect(cine.every(Number.isFinite)).to.equal(true);
    }
  });

  it('change intensities without leaving numbers, also of a constant frame', () => {
    for (let i = 0; i < 40; i++) {
      const frame = new Float32Array(32 * 32).fill(7);
      for (const change of drawIntensityChanges(createRandom(`c ${i}`), 32)) change(frame);
      expect(frame.every(Number.isFinite)).to.equal(true);
    }
  });
});
