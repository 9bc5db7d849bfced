import { expect } from 'chai';
import fc from 'fast-check';
import { voteOnCentre } from '../../src/infer/vote-on-centre.ts';

const SIZE = 128;
const PIXEL_MM = 2;

/** Sure of blood within a distance of a centre, in pixels. */
function disc(evidence: Float64Array, [y, x]: readonly [number, number], radius: number): void {
  for (let i = 0; i < evidence.length; i++)
    if (Math.hypot(Math.floor(i / SIZE) - y, (i % SIZE) - x) <= radius) evidence[i] = 1;
}

function slicesWith(count: number, draw: (evidence: Float64Array, z: number) => void) {
  return Array.from({ length: count }, (_, z) => {
    const evidence = new Float64Array(SIZE * SIZE);
    draw(evidence, z);
    return evidence;
  });
}

describe('vote on the centre of the heart', () => {
  it('finds a ventricle wherever it lies', () => {
    const place = fc.integer({ min: 15, max: SIZE - 16 });
    fc.assert(
      fc.property(place, place, fc.integer({ min: 1, max: 12 }), (y, x, count) => {
        const slices = slicesWith(count, (evidence) => {
          disc(evidence, [y, x], 12);
        });
        const [foundY, foundX] = voteOnCentre(slices, SIZE, PIXEL_MM);
        expect(foundY).to.be.closeTo(y, 1);
        expect(foundX).to.be.closeTo(x, 1);
      }),
      { numRuns: 30 },
    );
  });

  it('is not outvoted by what is large in a few slices', () => {
    const heart = [40, 34] as const;
    const slices = slicesWith(9, (evidence, z) => {
      disc(evidence, heart, 12 - z);
      // As much as 50 ventricles.
      if (z > 6) disc(evidence, [80, 95], 36);
    });
    const [y, x] = voteOnCentre(slices, SIZE, PIXEL_MM);
    expect(Math.hypot(y - heart[0], x - heart[1]) * PIXEL_MM).to.be.lessThan(5);
  });

  it('lets no small island in every slice outvote a ventricle', () => {
    const slices = slicesWith(9, (evidence) => {
      disc(evidence, [40, 34], 11);
      disc(evidence, [100, 100], 2);
    });
    const [y, x] = voteOnCentre(slices, SIZE, PIXEL_MM);
    expect(y).to.be.closeTo(40, 1);
    expect(x).to.be.closeTo(34, 1);
  });
});
