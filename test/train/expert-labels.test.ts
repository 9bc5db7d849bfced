import { expect } from 'chai';
import { STRUCTURE_CODES, type Code } from '../../src/codes.ts';
import { readFrames } from '../../src/dicom/read-frames.ts';
import type { DrawnSegmentation } from '../../src/dicom/read-segmentation.ts';
import type { CineExam } from '../../src/exam.ts';
import { groupCine } from '../../src/group/group.ts';
import { TASK_LABEL } from '../../src/labels.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { expertLabels } from '../../src/train/expert-labels.ts';

const { leftVentricle, leftVentricleMyocardium } = STRUCTURE_CODES;
const MORNING = '20261101080000';
const NOON = '20261101120000.5';

describe('what experts drew on one exam', () => {
  let exam: CineExam;
  before(async () => {
    const images = writeSimulatedExam(simulateExam(31, { slices: 3, phases: 8, matrix: 48 }), 'ge');
    exam = await groupCine({ ...readFrames(images), waitIsOver: true });
  });

  /** So many pixels of a structure in each frame, drawn at a time. */
  function drawn(drawnAt: string, code: Code, pixels: ReadonlyMap<number, number>) {
    const [, , rows, columns] = exam.volume.shape;
    const type = { scheme: code.scheme, value: code.value };
    const segmentation: DrawnSegmentation = {
      ...{ manufacturer: 'A', manufacturerModelName: 'B', drawnAt, rows, columns, types: [type] },
      masks: [...pixels].map(([frame, count]) => ({
        type,
        sopInstanceUid: exam.sources[frame].sopInstanceUid,
        frameNumber: exam.sources[frame].frameNumber,
        mask: new Uint8Array(rows * columns).fill(1, 0, count),
      })),
    };
    return segmentation;
  }

  /** Pixels of a label in each frame that was drawn in. */
  function labelled(segmentations: readonly DrawnSegmentation[], label: number) {
    const { byFrame } = expertLabels(exam, segmentations);
    const counts = [...byFrame].map(([frame, labels]): [number, number] => [
      frame,
      labels.filter((own) => own === label).length,
    ]);
    return Object.fromEntries(counts);
  }

  it('is the later drawing of a structure in a phase, where the two share a slice', () => {
    const before = drawn(MORNING, leftVentricle, new Map([[0, 40], [1, 50], [3, 30]])); // prettier-ignore
    const corrected = drawn(NOON, leftVentricle, new Map([[1, 20]]));
    for (const order of [
      [before, corrected],
      [corrected, before],
    ])
      // Frame 3 is of the next phase, which was not drawn anew.
      expect(labelled(order, TASK_LABEL.lvBlood)).to.deep.equal({ 1: 20, 3: 30 });
  });

  it('is both drawings where they share no slice, or show other structures', () => {
    const parts = [
      drawn(MORNING, leftVentricle, new Map([[0, 40]])),
      drawn(NOON, leftVentricle, new Map([[1, 20]])),
      drawn(NOON, leftVentricleMyocardium, new Map([[0, 100]])),
    ];
    expect(labelled(parts, TASK_LABEL.lvBlood)).to.deep.equal({ 0: 40, 1: 20 });
    expect(labelled(parts, TASK_LABEL.myocardium)).to.deep.equal({ 0: 60, 1: 0 });
  });
});
