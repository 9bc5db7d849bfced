import { expect } from 'chai';
import { strainBesideLesions, weakWallNote } from '../../src/infer/weak-wall.ts';
import { PATHOLOGY, type LabelVolume } from '../../src/labels.ts';
import type { MotionField } from '../../src/motion-field.ts';
import { stackOf, TO_BASE } from '../support/ventricle.ts';

const SIDE = 48;
const MIDDLE = (SIDE - 1) / 2;
const PHASES = 10;
const VOLUME = stackOf([PHASES, 2, SIDE, SIDE], TO_BASE);

/** A ring of wall around blood in both slices; what lies left of its middle is `left`. */
function ring(left: number): LabelVolume {
  const labels = Uint8Array.from({ length: 2 * SIDE * SIDE }, (_, i) => {
    const [y, x] = [(Math.floor(i / SIDE) % SIDE) - MIDDLE, (i % SIDE) - MIDDLE];
    const distance = Math.hypot(y, x);
    if (distance < 10) return PATHOLOGY.lvBlood;
    if (distance > 18) return PATHOLOGY.background;
    return x < 0 ? left : PATHOLOGY.healthyMyocardium;
  });
  return { labels, shape: [1, 2, SIDE, SIDE] };
}

/** Everything shrinks towards the middle by a share at phase 4, of four frames shown; by half of it at phase 2. */
function shrinking(share: number): MotionField {
  const frames = [0, 2, 4, 6];
  const plane = SIDE * SIDE;
  const displacementMm = new Float32Array(2 * frames.length * 2 * plane);
  for (let z = 0; z < 2; z++)
    for (const [f, phase] of frames.entries())
      for (let i = 0; i < plane; i++) {
        const at = (z * frames.length + f) * 2 * plane + i;
        const now = share * (1 - Math.abs(phase - 4) / 4);
        displacementMm[at] = -now * (Math.floor(i / SIDE) - MIDDLE);
        displacementMm[at + plane] = -now * ((i % SIDE) - MIDDLE);
      }
  const centres = [0, 1].map(() => [MIDDLE, MIDDLE] as const);
  return {
    displacementMm,
    frames: frames.length,
    phases: frames,
    size: SIDE,
    pixelMm: 1,
    centres,
  };
}

const strainOf = (left: number, share: number, endSystole = 4): number | undefined =>
  strainBesideLesions(VOLUME, { pathology: ring(left), motion: shrinking(share) }, endSystole);

describe('the wall beside a lesion', () => {
  it('shortens by what the heart shrinks, at the frame nearest to end systole', () => {
    expect(strainOf(PATHOLOGY.scar, 0.2)).to.be.closeTo(-20, 1e-3);
    expect(strainOf(PATHOLOGY.edema, 0.06)).to.be.closeTo(-6, 1e-3);
    // Phase 9 is nearest to the first frame: one cycle on it is phase 10.
    expect(strainOf(PATHOLOGY.scar, 0.2, 9)).to.be.closeTo(0, 1e-3);
  });

  it('is not asked for where there is no lesion, or nothing else', () => {
    expect(strainOf(PATHOLOGY.healthyMyocardium, 0.06)).to.equal(undefined);
    const { labels, shape } = ring(PATHOLOGY.scar);
    const allScar = labels.map((label) =>
      label === PATHOLOGY.healthyMyocardium ? PATHOLOGY.scar : label,
    );
    const found = { pathology: { labels: allScar, shape }, motion: shrinking(0.2) };
    expect(strainBesideLesions(VOLUME, found, 4)).to.equal(undefined);
  });

  it('is told of where it is weak, also where it stretches', () => {
    expect(weakWallNote(-6.2)).to.contain('shortens by 6 % along its circumference');
    expect(weakWallNote(2)).to.contain('shortens by 0 %');
    expect(weakWallNote(-12)).to.equal(undefined);
    expect(weakWallNote(undefined)).to.equal(undefined);
  });
});
