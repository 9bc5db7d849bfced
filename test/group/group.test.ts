import { expect } from 'chai';
import fc from 'fast-check';
import { NodeError } from '../../src/errors.ts';
import type { CineExam } from '../../src/exam.ts';
import { groupCine } from '../../src/group/group.ts';
import type { MrFrame } from '../../src/mr-frame.ts';
import { addScaled, planeNormal } from '../../src/volume.ts';
import { frameFixture, SHORT_AXIS, stackFixture } from '../support/frame-fixture.ts';

const group = (frames: readonly MrFrame[], waitIsOver = true): Promise<CineExam> =>
  groupCine({ frames, unreadable: [], waitIsOver });

/** Value of the first voxel of each frame, `[T][Z]`: 100 z + t of the source. */
function values({ volume }: CineExam): number[][] {
  const [sizeT, sizeZ, rows, columns] = volume.shape;
  return Array.from({ length: sizeT }, (_, t) =>
    Array.from({ length: sizeZ }, (_, z) => volume.voxels[(t * sizeZ + z) * rows * columns]),
  );
}

async function refusal(frames: readonly MrFrame[]): Promise<NodeError> {
  try {
    await group(frames);
  } catch (error) {
    if (error instanceof NodeError) return error;
    throw error;
  }
  throw new Error('the frames were taken');
}

describe('group', () => {
  it('puts every frame in its slice and phase, whatever order they come in', async () => {
    const frames = stackFixture(4, 10);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(frames, { minLength: 40 }), async (shuffled) => {
        const exam = await group(shuffled);
        expect(exam.volume.shape).to.deep.equal([10, 4, 6, 4]);
        for (const [t, row] of values(exam).entries()) {
          expect(row).to.deep.equal([t, 100 + t, 200 + t, 300 + t]);
        }
        expect(exam.sources[3 * 4 + 2].sopInstanceUid).to.equal('1.2.3.1.3.4');
      }),
      { numRuns: 20 },
    );
  });

  it('keeps non-square spacing, positions and times of each frame', async () => {
    const { volume } = await group(stackFixture(3, 8));
    expect(volume.pixelSpacingMm).to.deep.equal([1.5, 1.25]);
    expect(volume.planes[0].imagePositionPatient).to.deep.equal([10, -20, 30]);
    expect(volume.planes[0].imageOrientationPatient).to.deep.equal(SHORT_AXIS);
    expect(volume.triggerTimesMs[5 * 3 + 1]).to.equal(500);
  });

  it('joins a series a slice by geometry', async () => {
    const frames = stackFixture(5, 25, ({ z }) => ({ series: String(7 + z) }));
    const exam = await group(frames);
    expect(exam.volume.shape.slice(0, 2)).to.deep.equal([25, 5]);
    expect(exam.decisions[0].seriesNumbers).to.deep.equal(['10', '11', '7', '8', '9']);
  });

  it('ranks within the slice when trigger times jitter between slices', async () => {
    const frames = stackFixture(3, 12, ({ z, t, phases }) => ({
      overrides: { times: { TriggerTime: (t * (700 + 37 * z)) / phases + 3 * z } },
    }));
    const exam = await group(frames);
    expect(values(exam)[11]).to.deep.equal([11, 111, 211]);
  });

  it('orders by the first key that tells all phases apart', async () => {
    const frames = stackFixture(3, 9, ({ t }) => ({
      overrides: { times: { TriggerTime: 0, ContentTime: 1000 - t, InstanceNumber: t } },
    }));
    const exam = await group(frames);
    expect(exam.timeKey).to.equal('ContentTime');
    expect(values(exam)[0]).to.deep.equal([8, 108, 208]);
  });

  it('takes the later complete acquisition of a repeated plane, and says so', async () => {
    const stack = stackFixture(4, 10, ({ z }) => ({ series: String(z + 1) }));
    const repeat = (series: string, phases: number) =>
      stackFixture(2, phases, () => ({ series })).filter((f) =>
        f.source.sopInstanceUid.startsWith(`1.2.3.${series}.2.`),
      );
    const later = await group([...stack, ...repeat('9', 10)]);
    expect(later.sources[1].seriesInstanceUid).to.equal('1.2.3.9');
    expect(later.completeness.verdict).to.equal('complete');
    expect(later.completeness.notes.join()).to.contain('1 repeated plane');
    const aborted = await group([...stack, ...repeat('9', 4)]);
    expect(aborted.sources[1].seriesInstanceUid).to.equal('1.2.3.2');
  });

  it('resamples a slice with one phase less to common fractions, and flags it', async () => {
    const frames = stackFixture(3, 25).filter(
      (f) => !f.source.sopInstanceUid.startsWith('1.2.3.1.2.'),
    );
    const short = Array.from({ length: 24 }, (_, t) => frameFixture({ t, z: 1, phases: 24 }));
    const exam = await group([...frames, ...short]);
    expect(exam.volume.shape[0]).to.equal(25);
    expect(exam.completeness.verdict).to.equal('partial');
    expect(exam.completeness.notes[0]).to.equal('slice 2 of 3 has 24 of 25 phases');
    const middle = values(exam).map((row) => row[1] - 100);
    expect(middle[0]).to.equal(0);
    // Phase 12 of 25 is phase 11.52 of 24.
    expect(middle[12]).to.be.closeTo(11.52, 1e-4);
    expect(exam.sources[12 * 3 + 1].sopInstanceUid).to.equal('1.2.3.1.2.13');
  });

  it('waits for an aborted slice, then leaves it out and calls the exam partial', async () => {
    const frames = stackFixture(5, 20).filter(
      (f) => !(f.instanceNumber !== undefined && f.instanceNumber > 85),
    );
    const waiting = await group(frames, false);
    expect(waiting.completeness.verdict).to.equal('waiting');
    const partial = await group(frames);
    expect(partial.completeness.verdict).to.equal('partial');
    expect(partial.volume.shape[1]).to.equal(4);
    expect(partial.completeness.notes[0]).to.contain('only 5 of 20 phases');
  });

  it('notices a missing slice inside the stack', async () => {
    const frames = stackFixture(6, 10).filter(
      (f) => !f.source.sopInstanceUid.startsWith('1.2.3.1.4.'),
    );
    const { completeness } = await group(frames);
    expect(completeness.verdict).to.equal('partial');
    expect(completeness.notes[0]).to.contain('between slices 3 and 4 lie 20.0 mm');
  });

  it('measures completeness by CardiacNumberOfImages too', async () => {
    const frames = stackFixture(3, 10, () => ({ overrides: { cardiacNumberOfImages: 20 } }));
    const { completeness } = await group(frames, false);
    expect(completeness.verdict).to.equal('waiting');
    expect(completeness.notes[0]).to.contain('10 of 20 phases');
  });

  it('counts an unreadable instance of the same series as missing', async () => {
    const unreadable = [
      { name: 'x', seriesInstanceUid: '1.2.3.1', isTruncated: false, reason: 'expected more' },
    ];
    const { completeness } = await groupCine({
      frames: stackFixture(3, 10),
      unreadable,
      waitIsOver: true,
    });
    expect(completeness.verdict).to.equal('partial');
    expect(completeness.notes[0]).to.contain('expected more');
  });

  it('counts a truncated instance of which no frame is left, but none of another series', async () => {
    const scout = stackFixture(3, 1, () => ({
      series: '7',
      overrides: { frameOfReferenceUid: '1.2.3.98' },
    }));
    const judge = async (series: string | undefined, isTruncated: boolean) => {
      const unreadable = [
        { name: 'x', seriesInstanceUid: series, isTruncated, reason: 'breaks off' },
      ];
      const frames = [...stackFixture(3, 10), ...scout];
      return (await groupCine({ frames, unreadable, waitIsOver: false })).completeness.verdict;
    };
    expect(await judge('1.2.3.8', true)).to.equal('waiting');
    expect(await judge(undefined, true)).to.equal('waiting');
    expect(await judge('1.2.3.7', true)).to.equal('complete');
    expect(await judge(undefined, false)).to.equal('complete');
  });

  it('puts the frames of a slice that lost one where their times say', async () => {
    const frames = stackFixture(4, 25).filter((f) => f.source.sopInstanceUid !== '1.2.3.1.3.6');
    const exam = await group(frames);
    const slice = values(exam).map((row) => row[2] - 200);
    expect(slice.map((v) => Number(v.toFixed(3)))).to.deep.equal(
      Array.from({ length: 25 }, (_, t) => t),
    );
    expect(exam.completeness.notes).to.deep.equal(['slice 3 of 4 has 24 of 25 phases']);
    const withoutFirst = await group(
      stackFixture(4, 25).filter((f) => f.source.sopInstanceUid !== '1.2.3.1.3.1'),
    );
    const first = values(withoutFirst).map((row) => row[2] - 200);
    // Half way from the last phase to the second.
    expect(first[0]).to.be.closeTo(12.5, 1e-3);
    expect(first[1]).to.be.closeTo(1, 1e-3);
    expect(first[24]).to.be.closeTo(24, 1e-3);
  });

  it('leaves out a slice that shows half of the cycle: nothing can be put for the rest', async () => {
    const half = stackFixture(4, 25).filter(
      (f) => !/^1\.2\.3\.1\.3\.(1[4-9]|2\d)$/.test(f.source.sopInstanceUid),
    );
    const torn = stackFixture(4, 25).filter(
      (f) => !/^1\.2\.3\.1\.3\.(9|1[0-2])$/.test(f.source.sopInstanceUid),
    );
    for (const [frames, count] of [
      [half, 13],
      [torn, 21],
    ] as const) {
      const exam = await group(frames);
      expect(exam.volume.shape.slice(0, 2)).to.deep.equal([25, 3]);
      expect(exam.completeness.verdict).to.equal('partial');
      expect(exam.completeness.notes[0]).to.contain(`only ${count} of 25 phases`);
    }
  });

  it('takes one of two whole stacks that lie a little beside each other', async () => {
    const again = stackFixture(8, 10, () => ({ series: '2' })).map((f) => ({
      ...f,
      imagePositionPatient: addScaled(f.imagePositionPatient, planeNormal(SHORT_AXIS), 2.5),
    }));
    const { volume, completeness } = await group([...stackFixture(8, 10), ...again]);
    expect(volume.shape[1]).to.equal(8);
    expect(completeness.verdict).to.equal('complete');
    expect(completeness.notes[0]).to.contain('8 repeated plane(s)');
  });

  it('parts two scans of a plane in one series by acquisition number, whatever other time there is', async () => {
    const stack = stackFixture(4, 25);
    const again = stack
      .filter((f) => f.source.sopInstanceUid.startsWith('1.2.3.1.2.'))
      .map((f) => ({
        ...f,
        source: { ...f.source, sopInstanceUid: `${f.source.sopInstanceUid}.2` },
        acquisitionNumber: 2,
      }));
    const frames = [...stack, ...again].map((f, i) => ({
      ...f,
      times: { ...f.times, ContentTime: 1000 * i },
    }));
    const exam = await group(frames);
    expect(exam.timeKey).to.equal('TriggerTime');
    expect(values(exam).map((row) => row[1] - 100)).to.deep.equal(
      Array.from({ length: 25 }, (_, t) => t),
    );
    expect(exam.sources[1].sopInstanceUid).to.equal('1.2.3.1.2.1.2');
  });

  it('lets position decide where every image has a frame of reference of its own', async () => {
    const frames = stackFixture(3, 10).map((f, i) => ({ ...f, frameOfReferenceUid: `1.2.${i}` }));
    const exam = await group(frames);
    expect(exam.volume.shape.slice(0, 2)).to.deep.equal([10, 3]);
    expect(exam.completeness.notes.join()).to.contain('frame of reference');
  });

  it('keeps stacks of different frames of reference apart', async () => {
    const frames = [
      ...stackFixture(4, 10),
      ...stackFixture(3, 10, () => ({ series: '2', overrides: { frameOfReferenceUid: '9' } })),
    ];
    const exam = await group(frames);
    expect(exam.volume.shape[1]).to.equal(4);
    expect(exam.decisions.map((d) => d.verdict).toSorted()).to.deep.equal(['refused', 'taken']);
  });
});

describe('group refuses', () => {
  const cases: readonly (readonly [string, () => MrFrame[], string])[] = [
    ['a series with one phase', () => stackFixture(10, 1), '1 phase(s) a plane'],
    ['a single plane', () => stackFixture(1, 25), '1 parallel plane(s)'],
    [
      'an axial stack',
      () =>
        stackFixture(5, 20, ({ z }) => ({
          overrides: {
            imageOrientationPatient: [1, 0, 0, 0, 1, 0],
            imagePositionPatient: [0, 0, 8 * z],
          },
        })),
      '64 degrees off the short axis',
    ],
    [
      'derived images',
      () => stackFixture(4, 10, () => ({ overrides: { imageType: ['DERIVED', 'PRIMARY'] } })),
      'derived',
    ],
    [
      'flow',
      () => stackFixture(4, 10, () => ({ overrides: { imageType: ['ORIGINAL', 'PRIMARY', 'P'] } })),
      'flow',
    ],
    [
      'phase contrast',
      () => stackFixture(4, 10, () => ({ overrides: { isPhaseContrast: true } })),
      'flow',
    ],
    [
      'tagging',
      () => stackFixture(4, 10, () => ({ overrides: { description: 'sax_tagging grid' } })),
      'tagging',
    ],
    [
      'perfusion',
      () => stackFixture(4, 50, () => ({ overrides: { description: 'stress perfusion' } })),
      'perfusion',
    ],
    [
      'a T1 map',
      () => stackFixture(4, 11, () => ({ overrides: { description: 'molli native' } })),
      'map',
    ],
    [
      'late enhancement',
      () => stackFixture(4, 10, () => ({ overrides: { description: 'psir sax' } })),
      'late gadolinium',
    ],
    [
      'real-time imaging of several beats',
      () => stackFixture(3, 60, ({ t }) => ({ overrides: { times: { TriggerTime: 45 * t } } })),
      'several heart beats',
    ],
  ];
  for (const [name, frames, reason] of cases) {
    it(`${name}, with the reason`, async () => {
      const error = await refusal(frames());
      expect(error.code).to.equal('no-cine');
      expect(error.message).to.contain(reason);
    });
  }

  it('images of two patients', async () => {
    const frames = stackFixture(3, 10);
    const other = { ...frameFixture({ t: 0, z: 5, phases: 1 }), patientKey: 'other' };
    expect((await refusal([...frames, other])).code).to.equal('several-patients');
  });

  it('images of two studies', async () => {
    const other = { ...frameFixture({ t: 0, z: 5, phases: 1 }), studyInstanceUid: '9' };
    expect((await refusal([...stackFixture(3, 10), other])).code).to.equal('several-studies');
  });

  it('nothing at all', async () => {
    expect((await refusal([])).message).to.contain('no MR images at all');
  });
});
