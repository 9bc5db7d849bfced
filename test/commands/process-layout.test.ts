import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TASK_LABEL } from '../../src/labels.ts';
import { readNifti } from '../../src/nifti/read-nifti.ts';
import { LAYOUT_GEOMETRY, writeLayoutCase } from '../support/layout-fixture.ts';
import { runCli } from '../support/run-cli.ts';
import { writeSmallModel } from '../support/small-model.ts';

describe("cinemyops process on the authors' layout", function () {
  this.timeout(120_000);
  let folder = '';
  const process = (...args: string[]) =>
    runCli([
      'process',
      ...args,
      '--models-dir',
      join(folder, 'models'),
      '--device=cpu',
      '--model=untrained',
    ]);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-layout-'));
    await writeSmallModel(join(folder, 'models'));
    await writeLayoutCase(folder);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('writes a label file a slice, in its place, in the numbers of training', async () => {
    const out = join(folder, 'out');
    const run = await process(join(folder, 'imagesTr'), '--out', out);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stderr).to.contain('2 label files');
    expect(readdirSync(out).toSorted()).to.deep.equal([
      'Case0007_s01.nii.gz',
      'Case0007_s02.nii.gz',
    ]);
    const image = await readNifti(join(out, 'Case0007_s02.nii.gz'));
    expect(image.shape).to.deep.equal([1, 1, 64, 64]);
    expect(image.affine).to.deep.equal(LAYOUT_GEOMETRY.affine);
    const { rvBlood, ...possible } = TASK_LABEL;
    for (const label of new Set(image.values)) {
      expect(Object.values(possible)).to.include(label);
      expect(label).to.not.equal(rvBlood);
    }
  });

  it('gives other labels when it mirrors', async () => {
    const outs = [join(folder, 'plain'), join(folder, 'mirrored')];
    for (const [i, more] of [[], ['--mirror']].entries()) {
      const run = await process(join(folder, 'imagesTr'), '--out', outs[i], ...more);
      expect(run.exitCode, run.stderr).to.equal(0);
    }
    const [plain, mirrored] = await Promise.all(
      outs.map((out) => readNifti(join(out, 'Case0007_s01.nii.gz'))),
    );
    expect([...plain.values]).to.not.deep.equal([...mirrored.values]);
  });

  it('refuses what belongs to the other kind of input', async () => {
    const mirror = await process(join(folder, 'models'), '--out', folder, '--mirror');
    expect(mirror.exitCode).to.equal(2);
    expect(mirror.stderr).to.contain("expected --mirror with a folder in the authors' layout");
    const json = await process(join(folder, 'imagesTr'), '--out', folder, '--json');
    expect(json.exitCode).to.equal(2);
    expect(json.stderr).to.contain('got NIfTI slices');
  });
});
