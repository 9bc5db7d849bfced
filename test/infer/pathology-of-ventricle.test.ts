import { expect } from 'chai';
import { clearBeyondVentricle } from '../../src/infer/pathology-of-ventricle.ts';
import { ANATOMY, PATHOLOGY } from '../../src/labels.ts';

const { lvBlood, myocardium, rvBlood } = ANATOMY;
const { scar, healthyMyocardium } = PATHOLOGY;

describe('pathology beyond the ventricle', () => {
  it('is cleared from slices where the anatomy of end diastole has none, and from no other', () => {
    const pathology = {
      labels: Uint8Array.of(scar, 2, scar, 2, scar, healthyMyocardium, scar, 0),
      shape: [1, 4, 1, 2] as const,
    };
    const anatomy = {
      labels: Uint8Array.of(
        // Another phase, in which all slices show it.
        ...[lvBlood, myocardium, lvBlood, myocardium, lvBlood, myocardium, lvBlood, myocardium],
        // End diastole: blood, wall, the right ventricle alone, nothing.
        ...[lvBlood, 0, 0, myocardium, rvBlood, rvBlood, 0, 0],
      ),
      shape: [2, 4, 1, 2] as const,
    };
    clearBeyondVentricle(pathology, anatomy, 1);
    expect([...pathology.labels]).to.deep.equal([scar, 2, scar, 2, 0, 0, 0, 0]);
  });
});
