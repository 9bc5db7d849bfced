import { expect } from 'chai';
import fc from 'fast-check';
import type { CineExam } from '../../src/exam.ts';
import { measureExam, measureLabels } from '../../src/measure/measure.ts';
import type { Segmentation } from '../../src/segmentation.ts';
import type { Shape4D } from '../../src/volume.ts';
import { SHORT_AXIS } from '../support/frame-fixture.ts';
import { addScaled, planeNormal } from '../../src/volume.ts';
import { stillMotion } from '../support/motion-fixture.ts';

const SHAPE: Shape4D = [2, 3, 10, 10];

/** Three slices at 0, 10 and 22 mm: they stand for 10, 11 and 12 mm. */
function examOf(spacingMm: readonly [number, number], scale = 1): CineExam {
  const offsets = [0, 10 * scale, 22 * scale];
  return {
    studyInstanceUid: '1.2.3',
    frameOfReferenceUid: '1.2.4',
    volume: {
      voxels: new Float32Array(0),
      shape: SHAPE,
      planes: offsets.map((mm) => ({
        imagePositionPatient: addScaled([1, 2, 3], planeNormal(SHORT_AXIS), mm),
        imageOrientationPatient: SHORT_AXIS,
      })),
      pixelSpacingMm: spacingMm,
      sliceThicknessMm: 1000,
      triggerTimesMs: new Float64Array(6),
    },
    sources: [],
    context: {},
    timeKey: 'TriggerTime',
    rrIntervalsMs: [800, 900, Number.NaN],
    completeness: { verdict: 'complete', notes: [] },
    decisions: [],
    isLossy: false,
  };
}

function segmentationOf(
  fill: (set: (t: number, z: number, count: number, label: number) => void) => void,
): Segmentation {
  const labels = new Uint8Array(2 * 3 * 100);
  fill((t, z, count, label) => {
    const start = (t * 3 + z) * 100;
    const free = labels.indexOf(0, start);
    labels.fill(label, free, free + count);
  });
  const pathology = new Uint8Array(300);
  pathology.fill(1, 100, 160); // 60 voxels healthy, slice 1
  pathology.fill(3, 160, 180); // 20 scar
  pathology.fill(4, 180, 190); // 10 edema
  return {
    anatomy: { labels, shape: SHAPE },
    pathology: { labels: pathology, shape: [1, 3, 10, 10] },
    motion: stillMotion(3),
    endDiastole: 1,
    endSystole: 0,
    region: { centre: [5, 5], sizeMm: 128 },
    model: { version: 'test', deviceUid: '2.25.1', isTrained: true },
    notes: [],
  };
}

const HEART = segmentationOf((set) => {
  set(1, 0, 20, 2);
  set(1, 1, 30, 2);
  set(1, 2, 10, 2);
  set(0, 1, 20, 2);
  set(1, 1, 40, 1);
});

describe('measure', () => {
  it('gives volumes, EF and mass as worked out by hand', () => {
    const m = measureLabels(examOf([2, 1.5]), HEART);
    // A voxel of slice 0, 1, 2 is 3 mm2 x 10, 11, 12 mm = 0.030, 0.033, 0.036 mL.
    const edv = 20 * 0.03 + 30 * 0.033 + 10 * 0.036;
    const esv = 20 * 0.033;
    expect(m.lvVolumesMl[1]).to.be.closeTo(edv, 1e-6); // rounding of positions
    expect(m.lvEdv.value).to.be.closeTo(edv, 1e-6);
    expect(m.lvEsv.value).to.be.closeTo(esv, 1e-6);
    expect(m.lvEf.value).to.be.closeTo((100 * (edv - esv)) / edv, 1e-6);
    expect(m.lvMass.value).to.be.closeTo(40 * 0.033 * 1.05, 1e-6);
    expect(m.scarVolume.value).to.be.closeTo(20 * 0.033, 1e-6);
    expect(m.scarShare.value).to.be.closeTo(100 * (20 / 40), 1e-6);
    expect(m.edemaShare.value).to.be.closeTo(100 * (10 / 40), 1e-6);
    expect(m.injuryShare.value).to.be.closeTo(100 * (30 / 40), 1e-6);
    expect(m.rrInterval).to.deep.equal({ value: 900, unit: 'ms' });
  });

  it('tells why a value cannot be had instead of making one up', () => {
    const m = measureLabels(examOf([2, 1.5]), HEART);
    expect(m.rvEdv).to.deep.equal({
      value: null,
      unit: 'mL',
      reason: 'no right-ventricular blood was segmented at end diastole',
    });
    expect(m.rvEf.value).to.equal(null);
  });

  it('gives no number of an exam whose blood has no wall', () => {
    const m = measureExam(examOf([2, 1.5]), HEART);
    expect('reason' in m.lvEdv && m.lvEdv.reason).to.contain('cannot be a left ventricle');
    expect(m.rrInterval.value).to.equal(900);
  });

  it('calls no ejection fraction what fills at end systole', () => {
    const swapped = { ...HEART, endDiastole: HEART.endSystole, endSystole: HEART.endDiastole };
    const m = measureLabels(examOf([2, 1.5]), swapped);
    expect(m.lvEdv.value).to.not.equal(null);
    expect(m.lvSv.value).to.equal(null);
    expect('reason' in m.lvEf && m.lvEf.reason).to.contain('more left-ventricular blood');
  });

  it('calls no ventricle empty: without blood at end systole nothing is known of it', () => {
    const lost = segmentationOf((set) => {
      set(1, 1, 30, 2);
      set(1, 1, 40, 1);
    });
    const m = measureLabels(examOf([2, 1.5]), lost);
    expect(m.lvEdv.value).to.be.closeTo(30 * 0.033, 1e-6);
    for (const number of [m.lvEsv, m.lvSv, m.lvEf])
      expect('reason' in number && number.reason).to.equal(
        'no left-ventricular blood was segmented at end systole',
      );
  });

  it('leaves lesions unmeasured under a model that does not find them', () => {
    const model = { ...HEART.model, findsPathology: false };
    const m = measureLabels(examOf([2, 1.5]), { ...HEART, model });
    for (const lesion of [m.scarVolume, m.scarMass, m.scarShare, m.edemaShare, m.injuryShare]) {
      expect(lesion.value).to.equal(null);
      expect('reason' in lesion && lesion.reason).to.equal('the model does not find scar or edema');
    }
    expect(m.lvEf.value).to.not.equal(null);
  });

  it('scales volumes by the cube of the scale, and shares not at all', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 3, noNaN: true }), (k) => {
        const one = measureLabels(examOf([2, 1.5]), HEART);
        const scaled = measureLabels(examOf([2 * k, 1.5 * k], k), HEART);
        expect(scaled.lvEdv.value).to.be.closeTo((one.lvEdv.value ?? 0) * k ** 3, 1e-6 * k ** 3);
        expect(scaled.lvEf.value).to.be.closeTo(one.lvEf.value ?? 0, 1e-6);
        expect(scaled.scarShare.value).to.be.closeTo(one.scarShare.value ?? 0, 1e-6);
      }),
    );
  });
});
