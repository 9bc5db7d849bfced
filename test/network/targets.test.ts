import { expect } from 'chai';
import {
  type Annotation,
  anatomySupervision,
  FULL_ANNOTATION,
  NO_ANNOTATION,
  pathologySupervision,
} from '../../src/network/targets.ts';

/** One sample, 8 x 8, whose first row holds all six labels. */
function sample(...annotations: Annotation[]) {
  const labels = new Uint8Array(annotations.length * 64);
  annotations.forEach((_, n) => {
    labels.set([0, 1, 2, 3, 4, 5], n * 64);
  });
  return { labels, shape: [annotations.length, 8, 8], annotations } as const;
}

/** Class of the first six pixels of a sample. */
function classes(values: Float32Array, channels: number, n = 0): number[] {
  return [0, 1, 2, 3, 4, 5].map((pixel) => {
    const ones = Array.from(
      { length: channels },
      (_, c) => values[(n * channels + c) * 64 + pixel],
    );
    expect(ones.reduce((sum, value) => sum + value, 0)).to.equal(1);
    return ones.indexOf(1);
  });
}

describe('targets', () => {
  it('count lesions as myocardium in the anatomy', () => {
    const { targets } = anatomySupervision(sample(FULL_ANNOTATION));
    expect(classes(targets[0].values, 4)).to.deep.equal([0, 1, 2, 3, 1, 1]);
  });

  it('swap the numbers of edema and scar in the pathology and leave the right ventricle out', () => {
    const { targets } = pathologySupervision(sample(FULL_ANNOTATION));
    expect(classes(targets[0].values, 5)).to.deep.equal([0, 1, 2, 0, 4, 3]);
  });

  it('take every second, fourth and eighth pixel at the coarser resolutions', () => {
    const { targets } = pathologySupervision(sample(FULL_ANNOTATION));
    expect(targets.map(({ shape }) => shape)).to.deep.equal([
      [1, 5, 8, 8],
      [1, 5, 4, 4],
      [1, 5, 2, 2],
      [1, 5, 1, 1],
    ]);
    // Pixels 0, 2, 4 and 6 of the first row: background, LV, edema, background.
    const row = [0, 1, 2, 3].map((x) =>
      [0, 1, 2, 3, 4].findIndex((c) => targets[1].values[c * 16 + x] === 1),
    );
    expect(row).to.deep.equal([0, 2, 4, 0]);
  });

  it('weigh complete labels as the release does', () => {
    const anatomy = anatomySupervision(sample(FULL_ANNOTATION, FULL_ANNOTATION));
    expect([...anatomy.sampleWeight.values]).to.deep.equal([0.5, 0.5]);
    expect([...anatomy.diceWeight.values]).to.deep.equal(Array(8).fill(1 / 8));
    const pathology = pathologySupervision(sample(FULL_ANNOTATION, FULL_ANNOTATION));
    expect([...pathology.diceWeight.values.slice(0, 5)]).to.deep.equal([
      0,
      ...Array<number>(4).fill(1 / 8),
    ]);
  });

  it('merge what was not drawn with what hides it', () => {
    const withoutRvAndEdema = { ...FULL_ANNOTATION, hasRvBlood: false, hasEdema: false };
    const anatomy = anatomySupervision(sample(withoutRvAndEdema));
    expect(classes(anatomy.targets[0].values, 4)).to.deep.equal([0, 1, 2, 0, 1, 1]);
    // Background stands for background and right ventricle.
    expect([...anatomy.merge.values.slice(0, 4)]).to.deep.equal([1, 0, 0, 1]);
    expect([...anatomy.merge.values.slice(12)]).to.deep.equal([0, 0, 0, 0]);
    const pathology = pathologySupervision(sample(withoutRvAndEdema));
    expect(classes(pathology.targets[0].values, 5)).to.deep.equal([0, 1, 2, 0, 1, 3]);
    // Myocardium stands for healthy myocardium and edema.
    expect([...pathology.merge.values.slice(5, 10)]).to.deep.equal([0, 1, 0, 0, 1]);
    const third = Math.fround(1 / 3);
    expect([...pathology.diceWeight.values]).to.deep.equal([0, third, third, third, 0]);
  });

  it('give a sample without labels no weight', () => {
    const { sampleWeight, diceWeight } = anatomySupervision(sample(NO_ANNOTATION, FULL_ANNOTATION));
    expect([...sampleWeight.values]).to.deep.equal([0, 1]);
    expect([...diceWeight.values]).to.deep.equal([0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25]);
  });
});
