import { expect } from 'chai';
import type { Measurements } from '../../src/findings.ts';
import { ANATOMY } from '../../src/labels.ts';
import { unmeasuredVentricle } from '../../src/measure/unmeasured-ventricle.ts';
import { wallShare } from '../../src/measure/wall-around-blood.ts';
import { withholdNonsense } from '../../src/measure/withhold-nonsense.ts';
import type { Segmentation } from '../../src/segmentation.ts';
import type { Shape4D } from '../../src/volume.ts';
import { stillMotion } from '../support/motion-fixture.ts';
import { measurementsFixture } from '../support/segmentation-fixture.ts';

/** End diastole, then end systole, one slice. */
const SHAPE: Shape4D = [2, 1, 8, 8];

type Square = readonly [from: number, to: number];

/** Squares of blood within squares of wall; `wall` null leaves the blood bare. */
function phasesOf(...hearts: readonly { blood: Square; wall: Square | null }[]): Uint8Array {
  const labels = new Uint8Array(2 * 64);
  const fill = (t: number, [from, to]: Square, label: number): void => {
    for (let y = from; y < to; y++)
      for (let x = from; x < to; x++) labels[t * 64 + y * 8 + x] = label;
  };
  hearts.forEach(({ blood, wall }, t) => {
    if (wall !== null) fill(t, wall, ANATOMY.myocardium);
    fill(t, blood, ANATOMY.lvBlood);
  });
  return labels;
}

const WALLED = { blood: [2, 6], wall: [1, 7] } as const;
const BARE = { blood: [2, 6], wall: null } as const;

function segmentationOf(labels: Uint8Array, isTrained = true): Segmentation {
  return {
    anatomy: { labels, shape: SHAPE },
    pathology: { labels: labels.subarray(0, 64), shape: [1, 1, 8, 8] },
    motion: stillMotion(1),
    endDiastole: 0,
    endSystole: 1,
    region: { centre: [4, 4], sizeMm: 128 },
    model: { version: 'test', deviceUid: '2.25.1', isTrained },
    notes: [],
  };
}

const MEASURED = measurementsFixture();

/** Names of the numbers that were withheld. */
function withheldFrom(labels: Uint8Array, isTrained = true): string[] {
  const m = withholdNonsense(MEASURED, segmentationOf(labels, isTrained));
  return (Object.keys(m) as (keyof Measurements)[]).filter((name) => {
    const value = m[name];
    return 'unit' in value && value.value === null;
  });
}

describe('numbers of what cannot be a heart', () => {
  it('takes the share of the border of blood that touches wall', () => {
    const volume = { labels: phasesOf(WALLED, BARE), shape: SHAPE };
    expect(wallShare(volume, 0)).to.equal(1);
    expect(wallShare(volume, 1)).to.equal(0);
    // The wall stands along one of four sides.
    const half = phasesOf(BARE);
    half.fill(ANATOMY.myocardium, 8 + 2, 8 + 6);
    expect(wallShare({ labels: half, shape: SHAPE }, 0)).to.equal(0.25);
    const none = wallShare({ labels: new Uint8Array(128), shape: SHAPE }, 0);
    expect(Number.isNaN(none)).to.equal(true);
  });

  it('keeps the numbers of a ventricle with a wall', () => {
    expect(withheldFrom(phasesOf(WALLED, WALLED))).to.deep.equal([]);
  });

  it('withholds all but the R-R interval where end diastole is no ventricle', () => {
    const names = withheldFrom(phasesOf(BARE, BARE));
    expect(names).to.have.length(Object.keys(MEASURED).length - 3);
    expect(names).to.not.include('rrInterval');
    const { lvEf } = withholdNonsense(MEASURED, segmentationOf(phasesOf(BARE, BARE)));
    expect('reason' in lvEf && lvEf.reason).to.match(
      /^the segmentation at end diastole .* 75 %.* 0 %/,
    );
  });

  it('says first why the ventricle has no numbers', () => {
    const warningsOf = (labels: Uint8Array): string[] =>
      unmeasuredVentricle(withholdNonsense(MEASURED, segmentationOf(labels)));
    expect(warningsOf(phasesOf(WALLED, WALLED))).to.deep.equal([]);
    expect(warningsOf(phasesOf(BARE, BARE))).to.have.length(1);
    expect(warningsOf(phasesOf(BARE, BARE))[0]).to.contain('at end diastole');
    expect(warningsOf(phasesOf(WALLED, BARE))[0]).to.contain('at end systole');
  });

  it('withholds what needs end systole where that alone is no ventricle', () => {
    expect(withheldFrom(phasesOf(WALLED, BARE))).to.have.members(['lvEsv', 'lvSv', 'lvEf']);
  });

  it('does not judge what an untrained network drew', () => {
    expect(withheldFrom(phasesOf(BARE, BARE), false)).to.deep.equal([]);
  });
});
