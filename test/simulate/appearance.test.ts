import { expect } from 'chai';
import { TASK_LABEL } from '../../src/labels.ts';
import { simulateExam, type SimulatedExam } from '../../src/simulate/simulate.ts';

/** What one exam looks like, relative to the mean of its LV blood; end diastole. */
interface Look {
  readonly myocardium: number;
  readonly bloodSpread: number;
  readonly myocardiumSpread: number;
  readonly brightest: number;
  readonly darkest: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

function spread(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - middle) ** 2))) / middle;
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];

function lookOf({ volume, labels, endDiastole }: SimulatedExam): Look {
  const [, slices, rows, columns] = volume.shape;
  const size = slices * rows * columns;
  const blood: number[] = [];
  const muscle: number[] = [];
  const all: number[] = [];
  for (let i = endDiastole * size; i < (endDiastole + 1) * size; i++) {
    const label = labels.labels[i];
    if (label === TASK_LABEL.lvBlood) blood.push(volume.voxels[i]);
    else if (label !== TASK_LABEL.background && label !== TASK_LABEL.rvBlood)
      muscle.push(volume.voxels[i]);
    all.push(volume.voxels[i]);
  }
  const one = mean(blood);
  return {
    myocardium: mean(muscle) / one,
    bloodSpread: spread(blood),
    myocardiumSpread: spread(muscle),
    brightest: quantile(all, 0.99) / one,
    darkest: quantile(all, 0.1) / one,
  };
}

describe('appearance', () => {
  // Medians over exams against what was measured on real exams (Sunnybrook); seeds are fixed.
  it('drawn from the prior looks as real cine measures', () => {
    const looks = Array.from({ length: 12 }, (_, i) =>
      lookOf(
        simulateExam(300 + i, {
          style: 'prior',
          phases: 3,
          slices: 6,
          matrix: 192,
          startsAtEndDiastole: true,
        }),
      ),
    );
    const median = (key: keyof Look) =>
      quantile(
        looks.map((look) => look[key]),
        0.5,
      );
    expect(median('myocardium')).to.be.within(0.24, 0.56);
    expect(median('bloodSpread')).to.be.within(0.2, 0.3);
    expect(median('myocardiumSpread')).to.be.within(0.33, 0.5);
    expect(median('brightest')).to.be.within(1.7, 3.3);
    expect(median('darkest')).to.be.within(0, 0.03);
  });

  it('drawn freely, wall and blood differ but in no fixed direction', () => {
    const ratios = Array.from(
      { length: 16 },
      (_, i) =>
        lookOf(
          simulateExam(400 + i, {
            style: 'free',
            phases: 1,
            slices: 3,
            matrix: 96,
            startsAtEndDiastole: true,
          }),
        ).myocardium,
    );
    expect(ratios.some((ratio) => ratio > 1.1)).to.equal(true);
    expect(ratios.some((ratio) => ratio < 0.8)).to.equal(true);
  });
});
