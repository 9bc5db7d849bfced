import { expect } from 'chai';
import { ANATOMY, TASK_LABEL } from '../../src/labels.ts';
import { FULL_ANNOTATION } from '../../src/network/targets.ts';
import { ejectionScore } from '../../src/train/ejection.ts';
import type { CineSlice } from '../../src/train/source.ts';
import { drawPatientCases, type PatientSlices } from '../../src/train/validation-cases.ts';

const PIXELS = 100;

/** Pixels of blood, in truth and found, at each end of the beat of each slice. */
function scoreOf(slices: readonly { truth: readonly number[]; found: readonly number[] }[]) {
  const map = (blood: number, label: number) => new Uint8Array(PIXELS).fill(label, 0, blood);
  const cases: PatientSlices['cases'] = slices.flatMap(({ truth }) =>
    truth.map((blood, end) => ({
      kind: end === 0 ? ('cine' as const) : ('systole' as const),
      frames: 1,
      size: 10,
      cine: new Float32Array(PIXELS),
      labels: map(blood, TASK_LABEL.lvBlood),
      annotation: FULL_ANNOTATION,
    })),
  );
  const predictions = slices.flatMap(({ found }) =>
    found.map((blood) => ({ anatomy: map(blood, ANATOMY.lvBlood) })),
  );
  const beats = slices.map((_, i) => [2 * i, 2 * i + 1] as const);
  return ejectionScore({ cases, beats }, predictions);
}

describe('ejection score', () => {
  it('is 1 less the distance of the ejected shares, of all slices together', () => {
    expect(scoreOf([{ truth: [80, 40], found: [80, 40] }])).to.equal(1);
    // Half is ejected in truth, a quarter as found.
    const halves = { truth: [80, 40], found: [80, 60] };
    expect(scoreOf([halves])).to.be.closeTo(0.75, 1e-9);
    // 100 to 40 in truth, 100 to 80 as found.
    const other = { truth: [20, 0], found: [20, 20] };
    expect(scoreOf([halves, other])).to.be.closeTo(0.6, 1e-9);
  });

  it('is 0 of a network that sees no blood, or far more at end systole', () => {
    expect(scoreOf([{ truth: [80, 40], found: [0, 0] }])).to.equal(0);
    expect(scoreOf([{ truth: [80, 40], found: [10, 90] }])).to.equal(0);
  });

  it('says nothing where no slice was drawn at both ends', () => {
    expect(scoreOf([])).to.equal(undefined);
    expect(scoreOf([{ truth: [0, 0], found: [5, 5] }])).to.equal(undefined);
  });
});

describe('slices that patients are judged by', () => {
  const [rows, columns] = [32, 32];
  const blood = (count: number) =>
    new Uint8Array(rows * columns).fill(TASK_LABEL.lvBlood, 0, count * columns);
  const slice: CineSlice = {
    frames: new Float32Array(8 * rows * columns),
    shape: [8, rows, columns],
    pixelSpacingMm: [3, 3],
    cycleShare: 1,
    endDiastole: 0,
    labels: new Map([
      [0, blood(20)],
      [3, blood(8)],
      [5, blood(12)],
    ]),
    annotation: FULL_ANNOTATION,
  };
  const judged = (own: CineSlice) =>
    drawPatientCases(
      {
        patient: 'a',
        source: { spec: 'dicom:x', patients: ['a'], draw: () => Promise.resolve(own) },
      },
      { patchMm: 96, seed: 1, slices: 2 },
    );

  it('hold the emptiest drawn frame beside that of end diastole', async () => {
    const { cases, beats } = await judged(slice);
    expect(cases.map(({ kind }) => kind)).to.deep.equal([
      ...['cine', 'wide', 'systole'],
      ...['cine', 'wide', 'systole'],
    ]);
    expect(beats).to.deep.equal([
      [0, 2],
      [3, 5],
    ]);
    const pixels = (i: number) => cases[i].labels.filter((l) => l === TASK_LABEL.lvBlood).length;
    expect(pixels(2) / pixels(0)).to.be.closeTo(8 / 20, 0.05);
  });

  it('have no beat where only end diastole was drawn', async () => {
    const { cases, beats } = await judged({ ...slice, labels: new Map([[0, blood(20)]]) });
    expect(cases).to.have.lengthOf(4);
    expect(beats).to.deep.equal([]);
  });
});
