import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { zipSync } from 'fflate';
import type { Findings } from '../../src/findings.ts';
import type { InputInstance } from '../../src/result.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { runCli } from '../support/run-cli.ts';

const SMALL = { slices: 3, phases: 10, matrix: 96 };

describe('cinemyops process', function () {
  this.timeout(120_000);
  let folder = '';
  let instances: readonly InputInstance[] = [];

  before(() => {
    instances = writeSimulatedExam(simulateExam(7, SMALL), 'siemens');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-process-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes files into a folder below `folder`. */
  function fill(name: string, files: readonly InputInstance[]): string {
    const path = join(folder, name);
    mkdirSync(path);
    files.forEach(({ bytes }, i) => {
      writeFileSync(join(path, `IM${i}`), bytes);
    });
    return path;
  }

  it('writes segmentations, report and findings of a folder, the same from a zip of it', async () => {
    const input = fill('in', instances);
    const zip = join(folder, 'exam.zip');
    const entries = instances.map(({ bytes }, i): [string, Uint8Array] => [`a/${i}`, bytes]);
    writeFileSync(zip, zipSync(Object.fromEntries(entries.toReversed())));
    const fromFolder = await runCli([
      'process',
      input,
      '--out',
      join(folder, 'a'),
      '--device=cpu',
      '--model=untrained',
    ]);
    expect(fromFolder.exitCode, fromFolder.stderr).to.equal(0);
    expect(fromFolder.stdout).to.equal('');
    expect(fromFolder.stderr).to.contain('pathology: 3/3');
    const fromZip = await runCli([
      'process',
      zip,
      '--out',
      join(folder, 'b'),
      '--json',
      '--device=cpu',
      '--model=untrained',
    ]);
    expect(fromZip.exitCode, fromZip.stderr).to.equal(0);
    const names = ['anatomy.seg.dcm', 'findings.json', 'pathology.seg.dcm', 'report.sr.dcm'];
    expect(readdirSync(join(folder, 'a')).toSorted()).to.deep.equal(names);
    for (const name of names) {
      const [a, b] = ['a', 'b'].map((out) => readFileSync(join(folder, out, name)));
      expect(a.equals(b), `${name} differs`).to.equal(true);
    }
    const findings = JSON.parse(fromZip.stdout) as Findings;
    expect([findings.slices, findings.phases]).to.deep.equal([3, 10]);
    expect(JSON.stringify(findings)).to.not.contain('Simulated');
  });

  it('says on every channel that an untrained model is untrained', async () => {
    const input = fill('in', instances);
    const out = join(folder, 'out');
    const run = await runCli(['process', input, '--out', out, '--device=cpu', '--model=untrained']);
    expect(run.stderr).to.contain('WARNING: model untrained is untrained');
    const findings = JSON.parse(readFileSync(join(out, 'findings.json'), 'utf8')) as Findings;
    expect(findings.warnings.join()).to.contain('untrained');
    for (const name of ['anatomy.seg.dcm', 'pathology.seg.dcm', 'report.sr.dcm']) {
      expect(readFileSync(join(out, name)).toString('latin1').toLowerCase()).to.contain(
        'untrained',
      );
    }
  });

  const refused: readonly (readonly [string, () => string, string])[] = [
    [
      'a folder without DICOM',
      () => fill('in', [{ name: 'x', bytes: Buffer.from('hello') }]),
      '1 file(s): expected a DICOM Part 10 file',
    ],
    ['an empty folder', () => fill('in', []), 'no MR images at all'],
    ['one phase a plane', () => fill('in', onePhase()), 'phase(s) a plane; a cine has at least 8'],
    ['two patients', () => fill('in', [...instances, ...otherPatient()]), 'got 2 patients'],
    [
      'a file cut off',
      () => fill('in', [{ name: 'x', bytes: instances[0].bytes.subarray(0, 900) }]),
      'breaks off',
    ],
    [
      'a broken zip',
      () => {
        const path = join(folder, 'x.zip');
        writeFileSync(path, zipSync({ a: instances[0].bytes }).subarray(0, 1000));
        return path;
      },
      'a zip of DICOM files',
    ],
  ];
  const onePhase = () => instances.filter((_, i) => i % 10 === 0);
  const otherPatient = () => writeSimulatedExam(simulateExam(8, SMALL), 'ge');

  for (const [name, input, reason] of refused) {
    it(`refuses ${name} with exit code 3 and the reason`, async () => {
      const run = await runCli(['process', input(), '--out', join(folder, 'out')]);
      expect(run.exitCode, run.stderr).to.equal(3);
      expect(run.stderr).to.contain(reason);
    });
  }

  it('reports an aborted scan as partial, naming what is missing', async () => {
    const input = fill('in', instances.slice(0, -2));
    const run = await runCli([
      'process',
      input,
      '--out',
      join(folder, 'out'),
      '--json',
      '--device=cpu',
      '--model=untrained',
    ]);
    expect(run.exitCode, run.stderr).to.equal(0);
    const { completeness } = JSON.parse(run.stdout) as Findings;
    expect(completeness.verdict).to.equal('partial');
    expect(completeness.notes[0]).to.contain('9 of 10 phases');
  });

  const misused: readonly (readonly [string, readonly string[], string])[] = [
    ['without --out', ['process', '.'], '--out DIR'],
    ['without INPUT', ['process', '--out', 'x'], 'expected one INPUT'],
    ['with an unknown flag', ['process', '.', '--out', 'x', '--fast'], '--fast'],
    [
      'with a path that is not there',
      ['process', '/nowhere/at-all', '--out', 'x'],
      'check the path',
    ],
    ['with an unknown model', ['process', '.', '--out', 'x', '--model', 'nope'], "model 'nope'"],
    [
      'with an unknown device',
      ['process', '.', '--out', 'x', '--device', 'abacus'],
      'model.device',
    ],
    ['without a command', [], 'Usage: cinemyops'],
    ['with an unknown command', ['proces'], "no command 'proces'"],
  ];
  for (const [name, args, message] of misused) {
    it(`exits 2 ${name}`, async () => {
      const run = await runCli(args);
      expect(run.exitCode).to.equal(2);
      expect(run.stderr).to.contain(message);
    });
  }

  it('tells all of itself', async () => {
    const run = await runCli(['process', '--help']);
    expect(run.exitCode).to.equal(0);
    expect(run.stdout).to.contain('anatomy.seg.dcm');
    expect(run.stdout).to.contain('--orthanc-url');
  });
});
