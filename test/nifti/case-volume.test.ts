import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readCase } from '../../src/nifti/case-volume.ts';
import { writeNifti } from '../../src/nifti/write-nifti.ts';

describe('a case in the authors’ layout', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cinemyops-case-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Distance of the two slices of a case whose files give `mm` as the size of the third axis. */
  async function stepFor(mm: number): Promise<number> {
    const slices = [];
    for (const name of ['Case0001_s01', 'Case0001_s02']) {
      const path = join(folder, `${name}_0000.nii.gz`);
      const affine = [[-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, mm, 0]] as const; // prettier-ignore
      const image = { shape: [1, 1, 4, 4] as const, spacingMm: [1, 1, mm] as const, affine };
      await writeNifti(path, { ...image, values: new Int16Array(16) });
      slices.push({ name, slice: slices.length + 1, frames: [path] });
    }
    const { volume } = await readCase({ patient: 'Case0001', slices });
    expect(volume.sliceThicknessMm).to.equal(volume.planes[1].imagePositionPatient[2]);
    return volume.sliceThicknessMm;
  }

  it('has slices as far apart as its files say', async () => {
    expect(await stepFor(8)).to.equal(8);
  });

  it('has slices a usual distance apart where files give none that cine has', async () => {
    expect(await stepFor(1)).to.equal(10);
    expect(await stepFor(999)).to.equal(10);
  });
});
