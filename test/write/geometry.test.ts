// Where each voxel of each frame lies in the patient, and in which phase, as pydicom reads it.
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readFrames } from '../../src/dicom/read-frames.ts';
import type { CineExam } from '../../src/exam.ts';
import { groupCine } from '../../src/group/group.ts';
import { ANATOMY, PATHOLOGY } from '../../src/labels.ts';
import type { ResultKind } from '../../src/result.ts';
import type { Segmentation } from '../../src/segmentation.ts';
import type { Vec3 } from '../../src/volume.ts';
import { writeResults } from '../../src/write/write.ts';
import { missingTool, PYTHON, runTool, withFolder, writeIn } from '../support/dicom-tools.ts';
import { examFixture, shuffled, type ExamOptions } from '../support/exam-fixture.ts';
import {
  measurementsFixture,
  paintLabels,
  segmentationFixture,
} from '../support/segmentation-fixture.ts';
import { sourceInstances, type SourceInstance } from '../support/source-fixture.ts';

const READER = fileURLToPath(new URL('../support/read_seg.py', import.meta.url));

/** One frame as test/support/read_seg.py tells it. */
interface ReadFrame {
  readonly segmentNumber: number;
  readonly dimensionIndexValues: readonly number[];
  readonly temporalPositionIndex: number;
  readonly inStackPositionNumber: number;
  readonly cardiacCyclePosition: string;
  readonly sourceUid: string;
  readonly sourceFrameNumber: number | null;
  readonly source: { readonly triggerTimeMs: number; readonly isSamePlane: boolean } | null;
  readonly points: readonly Vec3[];
}

/** The label that belongs to each segment number, written down here once more. */
const VALUES = {
  'anatomy-seg': [ANATOMY.lvBlood, ANATOMY.myocardium, ANATOMY.rvBlood],
  'pathology-seg': [PATHOLOGY.scar, PATHOLOGY.edema, PATHOLOGY.healthyMyocardium],
} as const;

/**
 * A label for every point and phase that changes within a pixel in every direction: a shift, a
 * mirror image, swapped axes or another phase give other labels nearly everywhere.
 */
function restlessLabel([x, y, z]: Vec3, t: number): number {
  const wave =
    Math.sin(1.9 * x + 0.7 * y + 0.3 * z + 2 * t) + Math.sin(0.6 * x - 2.1 * y + 1.1 * z);
  return Math.floor(((wave + 2) / 4) * 5);
}

const CASES: readonly (readonly [string, ExamOptions])[] = [
  ['oblique planes and pixels that are not square', {}],
  ['a frame that ends inside a byte', { shape: [3, 2, 7, 9] }],
  ['slices at unequal distances', { sliceStepMm: [8, 12.5] }],
  ['a series for each slice', { series: 'one-a-slice', pixelSpacingMm: [0.8, 1.7] }],
  ['one slice', { shape: [5, 1, 10, 12] }],
  ['one phase', { shape: [1, 4, 10, 12] }],
  ['planes along the axes', { orientation: [1, 0, 0, 0, 1, 0] }],
];

function restlessSegmentation(exam: CineExam): Segmentation {
  const base = segmentationFixture(exam);
  const phases = Array.from({ length: exam.volume.shape[0] }, (_, t) => t);
  return {
    ...base,
    anatomy: paintLabels(exam, phases, restlessLabel),
    pathology: paintLabels(exam, [base.endDiastole], restlessLabel),
  };
}

/** Writes results beside their sources, in shuffled order, and reads one with pydicom. */
function writeAndRead(
  exam: CineExam,
  segmentation: Segmentation,
  kind: ResultKind,
  sources?: readonly SourceInstance[],
): ReadFrame[] {
  const objects = writeResults({
    exam,
    segmentation,
    measurements: measurementsFixture(),
    software: { name: 'cinemyops-node', version: '0.0.0', manufacturer: 'CineMyoPS' },
    fingerprint: 'fingerprint',
  });
  return withFolder((folder) => {
    const isSingleFrame = exam.sources.every(({ frameNumber }) => frameNumber === undefined);
    const instances = sources ?? (isSingleFrame ? shuffled(sourceInstances(exam), 3) : []);
    instances.forEach(({ bytes }, i) => writeIn(folder, `${i}.dcm`, bytes));
    const object = objects.find((candidate) => candidate.kind === kind)!;
    const path = writeIn(folder, 'segmentation.dcm', object.bytes);
    const { lines, status } = runTool(PYTHON, [READER, path, folder]);
    expect(status, lines.join('\n')).to.equal(0);
    return (JSON.parse(lines.join('')) as { frames: ReadFrame[] }).frames;
  });
}

/** Phases of the exam by the trigger time of the source image, which no writer touched. */
function phaseOf(exam: CineExam, frame: ReadFrame): number {
  const [phases, slices] = exam.volume.shape;
  const z = frame.inStackPositionNumber - 1;
  const times = Array.from(
    { length: phases },
    (_, t) => exam.volume.triggerTimesMs[t * slices + z],
  );
  return times.indexOf(frame.source!.triggerTimeMs);
}

function countOf(labels: Uint8Array, value: number): number {
  return labels.reduce((count, label) => count + (label === value ? 1 : 0), 0);
}

/** The frames hold the segmentation's voxels, each in its place, phase and segment, and no others. */
function expectEveryVoxel(
  exam: CineExam,
  segmentation: Segmentation,
  kind: keyof typeof VALUES,
  frames: readonly ReadFrame[],
): void {
  const { labels, shape } = kind === 'anatomy-seg' ? segmentation.anatomy : segmentation.pathology;
  expect(frames.length).to.equal(3 * shape[0] * shape[1]);
  for (const frame of frames) {
    expect(frame.source?.isSamePlane).to.equal(true);
    const isAnatomy = kind === 'anatomy-seg';
    const t = isAnatomy ? frame.temporalPositionIndex - 1 : segmentation.endDiastole;
    expect(phaseOf(exam, frame)).to.equal(t);
    const value = VALUES[kind][frame.segmentNumber - 1];
    for (const point of frame.points) expect(restlessLabel(point, t)).to.equal(value);
  }
  VALUES[kind].forEach((value, i) => {
    const ofSegment = frames.filter(({ segmentNumber }) => segmentNumber === i + 1);
    const read = ofSegment.reduce((sum, { points }) => sum + points.length, 0);
    expect(read).to.equal(countOf(labels, value));
  });
}

describe('segmentations in patient coordinates', function () {
  before(function () {
    const wanted = missingTool('pydicom');
    if (wanted !== undefined) {
      console.log(`skipped: install ${wanted}`);
      this.skip();
    }
  });

  for (const [name, options] of CASES)
    for (const kind of ['anatomy-seg', 'pathology-seg'] as const)
      it(`keep place, phase and source of every voxel: ${name}, ${kind}`, () => {
        const exam = examFixture(options);
        const segmentation = restlessSegmentation(exam);
        expectEveryVoxel(exam, segmentation, kind, writeAndRead(exam, segmentation, kind));
      });

  for (const series of ['one', 'one-a-slice'] as const)
    it(`keep them from shuffled files through grouping: series: ${series}`, async () => {
      const scanned = examFixture({ shape: [9, 4, 33, 31], sliceStepMm: 7.5, series });
      const instances = shuffled(sourceInstances(scanned), 11);
      const files = instances.map(({ bytes }, i) => ({ name: String(i), bytes }));
      const exam = await groupCine({ ...readFrames(files), waitIsOver: true });
      expect(exam.volume.shape).to.deep.equal(scanned.volume.shape);
      const segmentation = restlessSegmentation(exam);
      const frames = writeAndRead(exam, segmentation, 'anatomy-seg', instances);
      expectEveryVoxel(exam, segmentation, 'anatomy-seg', frames);
    });

  it('number dimensions as their attributes do, without a gap, in the order of the frames', () => {
    const exam = examFixture();
    const frames = writeAndRead(exam, segmentationFixture(exam), 'anatomy-seg');
    const [phases, slices] = exam.volume.shape;
    frames.forEach((frame, i) => {
      const expected = [
        Math.floor(i / (phases * slices)) + 1,
        (Math.floor(i / slices) % phases) + 1,
        (i % slices) + 1,
      ];
      expect(frame.dimensionIndexValues).to.deep.equal(expected);
      expect([
        frame.segmentNumber,
        frame.temporalPositionIndex,
        frame.inStackPositionNumber,
      ]).to.deep.equal(expected);
    });
    expect(frames.some(({ points }) => points.length === 0)).to.equal(true);
  });

  it('tell end diastole and end systole from the rest', () => {
    const exam = examFixture();
    const segmentation = segmentationFixture(exam);
    for (const frame of writeAndRead(exam, segmentation, 'anatomy-seg')) {
      const t = frame.temporalPositionIndex - 1;
      const { endDiastole, endSystole } = segmentation;
      const expected =
        t === endDiastole ? 'END_DIASTOLE' : t === endSystole ? 'END_SYSTOLE' : 'UNDETERMINED';
      expect(frame.cardiacCyclePosition).to.equal(expected);
    }
    for (const frame of writeAndRead(exam, segmentation, 'pathology-seg'))
      expect(frame.cardiacCyclePosition).to.equal('END_DIASTOLE');
  });

  it('name the frame of a multi-frame source', () => {
    const exam = examFixture({ isMultiFrame: true });
    const [phases, slices] = exam.volume.shape;
    for (const frame of writeAndRead(exam, segmentationFixture(exam), 'anatomy-seg')) {
      const [t, z] = [frame.temporalPositionIndex - 1, frame.inStackPositionNumber - 1];
      expect(frame.sourceFrameNumber).to.equal(z * phases + t + 1);
      expect(frame.sourceUid).to.equal(exam.sources[t * slices + z].sopInstanceUid);
    }
  });
});
