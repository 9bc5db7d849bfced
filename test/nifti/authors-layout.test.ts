import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { isAuthorsLayout, listCases } from '../../src/nifti/authors-layout.ts';
import { failure } from '../support/failure.ts';

describe("the authors' folder layout", () => {
  let folder = '';
  const touch = (...names: string[]) => {
    for (const name of names) writeFileSync(join(folder, name), '');
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-layout-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('lists cases, slices and frames in order, whatever else lies there', async () => {
    touch('Case0002_s02_0000.nii.gz', 'Case0002_s10_0000.nii', 'Case0001_s01_0001.nii.gz');
    touch('Case0001_s01_0000.nii.gz', 'Case0001_s01.nii.gz', 'readme.txt');
    const cases = await listCases(folder);
    expect(cases.map((c) => c.patient)).to.deep.equal(['Case0001', 'Case0002']);
    expect(cases[0].slices[0].frames.map((f) => basename(f))).to.deep.equal([
      'Case0001_s01_0000.nii.gz',
      'Case0001_s01_0001.nii.gz',
    ]);
    expect(cases[1].slices.map((s) => [s.name, s.slice])).to.deep.equal([
      ['Case0002_s02', 2],
      ['Case0002_s10', 10],
    ]);
    expect(await isAuthorsLayout(folder)).to.equal(true);
  });

  it('refuses a slice without one of its frames', async () => {
    touch('Case0001_s01_0000.nii.gz', 'Case0001_s01_0002.nii.gz');
    const error = await failure(listCases(folder), 'exam-incomplete');
    expect(error.message).to.contain('no Case0001_s01_0001');
  });

  it('refuses slices of unequal length', async () => {
    touch('A_s01_0000.nii.gz', 'A_s01_0001.nii.gz', 'A_s02_0000.nii.gz');
    const error = await failure(listCases(folder), 'exam-incomplete');
    expect(error.message).to.contain('expected 2 frames in every slice of A, got 1 in A_s02');
  });

  it('says what it looks for in a folder without any', async () => {
    touch('scan.dcm');
    expect(await isAuthorsLayout(folder)).to.equal(false);
    expect((await failure(listCases(folder), 'not-found')).message).to.contain(
      'CaseXXXX_sNN_0000.nii.gz',
    );
  });
});
