// Expected values were read off the headers with a DICOM viewer's dump, slice by slice.
import { expect } from 'chai';
import { readFrames } from '../../src/dicom/read-frames.ts';
import type { CineExam } from '../../src/exam.ts';
import { groupCine } from '../../src/group/group.ts';
import type { MrFrame } from '../../src/mr-frame.ts';
import { planeOffsetsMm } from '../../src/volume.ts';
import { hasSharedData, readSharedExam, type SharedExam } from '../support/shared-data.ts';

interface Expected {
  readonly folders: readonly SharedExam[];
  readonly phases: number;
  /** Position of the first slice along the normal, and distance to the next, mm. */
  readonly firstMm: number;
  readonly stepMm: number;
  /** `[Z]`: SeriesNumber; InstanceNumber, TriggerTime of the first phase; TriggerTime of the last. */
  readonly slices: readonly (readonly [string, number, number, number])[];
  readonly rrMs: readonly number[];
}

const GE_101 = [
  [221, 20, 780],
  [201, 19.4805183, 759.740234],
  [181, 19.7368431, 769.736877],
  [161, 18.9873409, 740.506287],
  [141, 18.9873409, 740.506287],
  [121, 18.9873409, 740.506287],
  [101, 18.75, 731.25],
  [81, 18.9873409, 740.506287],
  [61, 19.2307701, 750.000061],
  [41, 19.4805183, 759.740234],
  [21, 18.2926826, 713.414612],
  [1, 18.75, 731.25],
] as const;
const GE_201 = [
  [241, 17.6470585, 688.235291],
  [221, 17.6470585, 688.235291],
  [201, 17.4418602, 680.232544],
  [181, 17.6470585, 688.235291],
  [161, 17.6470585, 688.235291],
  [141, 17.6470585, 688.235291],
  [121, 17.4418602, 680.232544],
  [101, 17.4418602, 680.232544],
  [81, 17.4418602, 680.232544],
  [61, 17.4418602, 680.232544],
  [41, 17.2413788, 672.413757],
  [21, 17.2413788, 672.413757],
  [1, 17.2413788, 672.413757],
] as const;

const EXAMS: Readonly<Record<string, Expected>> = {
  SCD0000101: {
    folders: ['SCD0000101', 'SCD0000101-scout'],
    phases: 20,
    firstMm: -148.9,
    stepMm: 10,
    slices: GE_101.map(([instance, first, last]) => ['300', instance, first, last]),
    rrMs: [800, 779, 789, 759, 759, 759, 750, 759, 769, 779, 731, 750],
  },
  SCD0000201: {
    folders: ['SCD0000201', 'SCD0000201-scout'],
    phases: 20,
    firstMm: -141.8,
    stepMm: 10,
    slices: GE_201.map(([instance, first, last]) => ['300', instance, first, last]),
    rrMs: [705, 705, 697, 705, 705, 705, 697, 697, 697, 697, 689, 689, 689],
  },
  SCD0000301: {
    folders: ['SCD0000301', 'SCD0000301-scout'],
    phases: 20,
    firstMm: -140.6,
    stepMm: 8,
    slices: [181, 161, 141, 121, 101, 81, 61, 41, 21, 1].map((i) => ['5', i, 10, 886]),
    rrMs: new Array<number>(10).fill(923),
  },
  siemens: {
    folders: ['siemens'],
    phases: 25,
    firstMm: -84.65,
    stepMm: 17.7,
    slices: [
      ['12001', 1, 0, 797.760009765625],
      ['11001', 1, 0, 781.440063476563],
      ['10001', 1, 0, 744.960021972656],
      ['9001', 1, 0, 795.839965820313],
      ['8001', 1, 0, 825.600036621094],
      ['7001', 1, 0, 828.47998046875],
    ],
    rrMs: [831, 814, 776, 829, 860, 863],
  },
};

/** Frames by SOP instance, to look up what the exam only references. */
async function groupExam(
  folders: readonly SharedExam[],
): Promise<{ exam: CineExam; frameOf: Map<string, MrFrame> }> {
  const read = readFrames(readSharedExam(...folders));
  expect(read.unreadable).to.deep.equal([]);
  const exam = await groupCine({ ...read, waitIsOver: false });
  return { exam, frameOf: new Map(read.frames.map((f) => [f.source.sopInstanceUid, f])) };
}

describe('group of real exams', () => {
  before(function () {
    if (!hasSharedData) this.skip(); // ../shared/data is not beside this checkout
  });

  for (const [name, expected] of Object.entries(EXAMS)) {
    it(`puts slices, phases and trigger times of ${name} where its headers say`, async () => {
      const { exam, frameOf } = await groupExam(expected.folders);
      const sizeZ = expected.slices.length;
      expect(exam.timeKey).to.equal('TriggerTime');
      expect(exam.completeness.verdict).to.equal('complete');
      expect(exam.volume.shape.slice(0, 2)).to.deep.equal([expected.phases, sizeZ]);
      expect(exam.rrIntervalsMs).to.deep.equal(expected.rrMs);
      planeOffsetsMm(exam.volume.planes).forEach((mm, z) => {
        expect(mm).to.be.closeTo(expected.firstMm + z * expected.stepMm, 0.06); // headers give 0.001
      });
      for (const [z, [series, instance, firstMs, lastMs]] of expected.slices.entries()) {
        const frames = Array.from({ length: expected.phases }, (_, t) =>
          frameOf.get(exam.sources[t * sizeZ + z].sopInstanceUid),
        );
        expect(new Set(frames.map((f) => f?.seriesNumber))).to.deep.equal(new Set([series]));
        expect(frames.map((f) => f?.instanceNumber)).to.deep.equal(
          Array.from({ length: expected.phases }, (_, t) => instance + t),
        );
        expect(exam.volume.triggerTimesMs[z]).to.equal(firstMs);
        expect(exam.volume.triggerTimesMs[(expected.phases - 1) * sizeZ + z]).to.equal(lastMs);
      }
    });
  }

  it('tells the localizer apart although it shares the SeriesInstanceUID', async () => {
    const { exam } = await groupExam(['SCD0000101', 'SCD0000101-scout']);
    const [cine, scout] = exam.decisions;
    expect(cine.seriesInstanceUids).to.deep.equal(scout.seriesInstanceUids);
    expect([cine.verdict, cine.imageCount]).to.deep.equal(['taken', 240]);
    expect([scout.verdict, scout.imageCount]).to.deep.equal(['refused', 15]);
  });

  it('tells the five long-axis series of the Siemens study apart by geometry', async () => {
    const { exam } = await groupExam(['siemens']);
    const refused = exam.decisions.filter((d) => d.verdict === 'refused');
    expect(refused.flatMap((d) => d.seriesNumbers).toSorted()).to.deep.equal([
      '14001',
      '16001',
      '17001',
      '19001',
      '22001',
    ]);
    for (const { reason } of refused) expect(reason).to.contain('1 parallel plane');
  });

  it('refuses ten images at ED and ES with the reason', async () => {
    try {
      await groupExam(['SC-N-02-ed-es']);
      expect.fail('it was taken');
    } catch (error) {
      expect(String(error)).to.contain('2 phase(s) a plane; a cine has at least 8');
    }
  });
});
