import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PNG } from 'pngjs';
import { writeLayoutCase } from '../support/layout-fixture.ts';
import { runCli } from '../support/run-cli.ts';
import { writeSmallModel } from '../support/small-model.ts';

interface Evaluation {
  readonly schema: string;
  readonly model: { readonly version: string };
  readonly summary: { readonly cases: number; readonly failed: number };
  readonly cases: readonly {
    readonly id: string;
    readonly outcome: string;
    readonly scores: readonly { readonly structure: string; readonly truthMl: number }[];
    readonly compared: readonly { readonly name: string; readonly truth: number }[];
    readonly motion: { readonly errorMm: number } | null;
  }[];
}

describe('cinemyops evaluate', function () {
  this.timeout(300_000);
  let folder = '';
  const evaluate = (...args: string[]) =>
    runCli([
      'evaluate',
      ...args,
      '--models-dir',
      join(folder, 'models'),
      '--device=cpu',
      '--model=untrained',
    ]);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-evaluate-'));
    await writeSmallModel(join(folder, 'models'));
    await writeLayoutCase(folder);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('scores labelled slices, writes JSON and a picture, and prints tables', async () => {
    const out = join(folder, 'labels');
    const run = await evaluate('--data', `labels:${folder}`, '--out', out);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stdout).to.contain('1 cases, 0 failed');
    expect(run.stdout).to.match(/LV myocardium, ED +\d\.\d{3} \+- /);
    expect(readdirSync(out).toSorted()).to.deep.equal(['Case0007.png', 'evaluation.json']);
    const json = JSON.parse(readFileSync(join(out, 'evaluation.json'), 'utf8')) as Evaluation;
    expect(json.schema).to.equal('cinemyops-evaluation-1');
    expect(json.model.version).to.equal('untrained');
    const structures = json.cases[0].scores.map(({ structure }) => structure);
    expect(structures).to.include.members(['LV blood', 'LV myocardium', 'scar', 'scar or edema']);
    const png = PNG.sync.read(readFileSync(join(out, 'Case0007.png')));
    // Two slices of 64 x 64 at end diastole, three times as large.
    expect([png.width, png.height]).to.deep.equal([384, 192]);
  });

  it('takes a simulated heart through the whole pipeline and reads its truth', async () => {
    const out = join(folder, 'simulated');
    const data = 'simulate:seeds=9004,condition=healthy,slices=8,phases=10,matrix=128';
    const run = await evaluate('--data', data, '--out', out, '--json');
    expect(run.exitCode, run.stderr).to.equal(0);
    const json = JSON.parse(run.stdout) as Evaluation;
    const [only] = json.cases;
    expect([only.id, only.outcome]).to.deep.equal(['simulated-9004-healthy', 'evaluated']);
    expect(only.motion?.errorMm).to.be.greaterThan(0);
    expect(only.compared.find(({ name }) => name === 'scar share')?.truth).to.equal(0);
    expect(readdirSync(out)).to.include.members(['simulated-9004-healthy.png', 'evaluation.json']);
    // Voxels of the true labels against the closed form of the same heart: a slice is of the ventricle whole or not at
    // all, and of eight slices half a one is less than a tenth.
    const edv = only.compared.find(({ name }) => name === 'LV EDV')?.truth ?? 0;
    const drawn = only.scores.find(({ structure }) => structure === 'LV blood')?.truthMl ?? 0;
    expect(drawn).to.be.closeTo(edv, 0.1 * edv);
  });

  it('takes the untrained network, which has no folder and was trained on nothing', async () => {
    const args = ['evaluate', '--data', `labels:${folder}`, '--model=untrained', '--device=cpu'];
    const run = await runCli(args);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stdout).to.contain('1 cases');
  });

  it('counts a case that cannot be segmented as failed, and fails when there is no other', async () => {
    const exam = join(folder, 'no-exam');
    mkdirSync(exam);
    writeFileSync(join(exam, 'a'), 'no DICOM');
    const run = await evaluate('--data', `dicom:${exam}`);
    expect(run.exitCode, run.stderr).to.equal(1);
    expect(run.stdout).to.contain('1 cases, 1 failed');
    const beside = await evaluate('--data', `dicom:${exam}`, '--data', `labels:${folder}`);
    expect(beside.exitCode, beside.stderr).to.equal(0);
    expect(beside.stdout).to.contain('2 cases, 1 failed');
  });

  it('refuses data that it does not know or find, before it loads a model', async () => {
    const form = await evaluate('--data', 'simulate:seeds=9-1');
    expect(form.exitCode).to.equal(2);
    const unknown = await evaluate('--data', 'nonsense');
    expect(unknown.exitCode).to.equal(2);
    expect(unknown.stderr).to.contain("got 'nonsense'");
    const none = await evaluate();
    expect(none.exitCode).to.equal(2);
    const missing = await evaluate('--data', `labels:${join(folder, 'models')}`);
    expect(missing.exitCode).to.not.equal(0);
    expect(missing.stderr).to.contain('CaseXXXX_sNN_0000.nii.gz');
  });
});
