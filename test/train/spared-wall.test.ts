import { expect } from 'chai';
import { PATHOLOGY, TASK_LABEL } from '../../src/labels.ts';
import { FULL_ANNOTATION } from '../../src/network/targets.ts';
import { sparedWall } from '../../src/train/spared-wall.ts';

const WALL = 10;

interface Own {
  /** Pixels of the wall that are scar in truth, and called scar and edema. */
  readonly scar?: number;
  readonly calledScar?: number;
  readonly calledEdema?: number;
  readonly annotation?: typeof FULL_ANNOTATION;
}

function sparedOf(slices: readonly Own[]) {
  const cases = slices.map(({ scar = 0, annotation = FULL_ANNOTATION }) => ({
    ...{ kind: 'cine' as const, frames: 2, size: 4, cine: new Float32Array(32), annotation },
    labels: new Uint8Array(16).fill(TASK_LABEL.myocardium, 0, WALL).fill(TASK_LABEL.scar, 0, scar),
  }));
  const predictions = slices.map(({ calledScar = 0, calledEdema = 0 }) => ({
    anatomy: new Uint8Array(16),
    pathology: new Uint8Array(16)
      .fill(PATHOLOGY.healthyMyocardium, 0, WALL)
      .fill(PATHOLOGY.scar, 0, calledScar)
      .fill(PATHOLOGY.edema, calledScar, calledScar + calledEdema),
  }));
  return sparedWall(cases, predictions);
}

describe('the spared wall', () => {
  it('is what was not called a lesion of a heart without one, over all its slices', () => {
    expect(sparedOf([{}, {}])).to.equal(1);
    expect(sparedOf([{ calledScar: 2, calledEdema: 1 }, { calledScar: 1 }])).to.be.closeTo(
      0.8,
      1e-9,
    );
  });

  it('says nothing of a heart with a lesion in one of its slices', () => {
    expect(sparedOf([{ calledScar: 2 }, { scar: 3, calledScar: 3 }])).to.equal(undefined);
  });

  it('counts edema only where it was looked for, and nothing where scar was not', () => {
    const scarAlone = { ...FULL_ANNOTATION, hasEdema: false };
    const own = { calledScar: 1, calledEdema: 5, annotation: scarAlone };
    expect(sparedOf([own])).to.be.closeTo(0.9, 1e-9);
    expect(sparedOf([{ annotation: { ...scarAlone, hasScar: false } }])).to.equal(undefined);
    expect(sparedOf([{ annotation: { ...scarAlone, hasMyocardium: false } }])).to.equal(undefined);
  });
});
