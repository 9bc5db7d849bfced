// One exam from the scanner's C-STORE to the results in Orthanc, through the programs as users run them.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodePart10 } from '../../src/dicom/part10.ts';
import type { ExamStatus } from '../../src/exam-status.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { missingTool, PYTHON, runTool, writeIn } from '../support/dicom-tools.ts';
import { hasCommand } from '../support/has-command.ts';
import { prepareNode, type NodeProcess } from '../support/node-process.ts';
import {
  freePort,
  hasOrthanc,
  prepareOrthanc,
  storeByDimse,
  type OrthancProcess,
} from '../support/orthanc-process.ts';
import { runCli } from '../support/run-cli.ts';
import { hasSharedData, sharedExamFolder } from '../support/shared-data.ts';
import { writeSmallModel } from '../support/small-model.ts';
import { waitFor } from '../support/wait-for.ts';

/** An analysis on two busy cores. */
const ANALYSIS_TIMEOUT_MS = 240_000;

/** The UIDs of the Sunnybrook data are invalid, and must be kept since they are the identity. */
const INVALID_UID =
  /^Error - Value invalid for this VR - \(0x(?:0008,0x1155|0020,0x000d|0020,0x000e|0020,0x0052|0040,0xa124)\) UI .*<([0-9.]+)> - Leading zeroes in embedded numeric component\(s\)$/;
/** Comes after them, and sums them up. */
const SUM_OF_INVALID_VALUES =
  'Error - Dicom dataset contains invalid data values for Value Representations';

const READ_PIXELS = `
import json, sys, pydicom
d = pydicom.dcmread(sys.argv[1])
print(json.dumps([list(d.pixel_array.shape), sorted({int(v) for v in d.pixel_array.ravel()[::97]})]))
`;

interface StoredInstance {
  readonly id: string;
  readonly modality: string;
  readonly sopInstanceUid: string;
}

describe('one exam, end to end', () => {
  let orthanc: OrthancProcess;
  let node: NodeProcess;
  let study = '';
  let frames = 0;
  let sourceFolder = '';
  let sourceFiles: readonly string[] = [];

  before(async function () {
    if (!hasOrthanc() || !hasCommand('storescu')) {
      console.log('      skipped: Orthanc with DICOMweb or dcmtk is not installed');
      this.skip();
    }
    const port = await freePort();
    orthanc = await prepareOrthanc({ nodeUrl: `http://127.0.0.1:${port}` });
    const modelsDir = join(orthanc.folder, 'models');
    await writeSmallModel(modelsDir);
    const env = { CINEMYOPS_SWEEP: '1', CINEMYOPS_LOG_LEVEL: 'debug' };
    node = prepareNode(orthanc, { port, modelsDir, env });
    sourceFolder = hasSharedData
      ? sharedExamFolder('SCD0000101')
      : simulatedFolder(join(orthanc.folder, 'exam'));
    sourceFiles = filesOf(sourceFolder);
  });
  after(async () => {
    // Undefined when all was skipped.
    await (node as NodeProcess | undefined)?.stop();
    await (orthanc as OrthancProcess | undefined)?.remove();
  });

  function simulatedFolder(folder: string, seed = 7): string {
    mkdirSync(folder);
    const exam = simulateExam(seed, { condition: 'infarct', slices: 4, phases: 10, matrix: 96 });
    for (const { name, bytes } of writeSimulatedExam(exam, 'ge'))
      writeFileSync(join(folder, name), bytes);
    return folder;
  }

  const filesOf = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  /** The same order each time, and no order that a scanner would send. */
  const shuffled = (files: readonly string[]): string[] => {
    const key = (file: string) => createHash('sha256').update(file).digest('hex');
    return files.toSorted((a, b) => key(a).localeCompare(key(b)));
  };

  async function results(ofStudy = study): Promise<StoredInstance[]> {
    const series = (await orthanc.get(`/studies/${ofStudy}/series`)) as {
      Instances: string[];
      MainDicomTags: { Modality: string };
    }[];
    const ofNode = series.filter(({ MainDicomTags }) => MainDicomTags.Modality !== 'MR');
    const found = ofNode.flatMap(({ Instances, MainDicomTags }) =>
      Instances.map(async (id) => {
        const { MainDicomTags: tags } = (await orthanc.get(`/instances/${id}`)) as {
          MainDicomTags: { SOPInstanceUID: string };
        };
        return { id, modality: MainDicomTags.Modality, sopInstanceUid: tags.SOPInstanceUID };
      }),
    );
    return Promise.all(found);
  }

  const uidsOf = (instances: readonly StoredInstance[]) =>
    instances.map((instance) => instance.sopInstanceUid).sort();

  /** The results as files, named for their modality. */
  async function resultFiles(): Promise<{ modality: string; file: string }[]> {
    const folder = join(orthanc.folder, 'results');
    mkdirSync(folder, { recursive: true });
    return Promise.all(
      (await results()).map(async ({ id, modality }) => {
        const bytes = await (await orthanc.fetch(`/instances/${id}/file`)).arrayBuffer();
        return { modality, file: writeIn(folder, `${modality}-${id}.dcm`, new Uint8Array(bytes)) };
      }),
    );
  }

  const sweeps = () => node.log().split('sweep done').length - 1;
  async function nextSweeps(): Promise<void> {
    const before = sweeps();
    await waitFor('two more sweeps', () => sweeps() >= before + 2);
  }

  it('refuses a wrong password with a sentence', async () => {
    await orthanc.start();
    const run = await runCli(['serve', '--orthanc-url', orthanc.url, '--orthanc-user', 'orthanc'], {
      CINEMYOPS_ORTHANC_PASSWORD: 'wrong-secret',
      CINEMYOPS_WEB_PORT: '0',
      CINEMYOPS_STATE_DIR: join(orthanc.folder, 'wrong-state'),
      CINEMYOPS_MODELS_DIR: join(orthanc.folder, 'models'),
      CINEMYOPS_MODEL: 'untrained',
    });
    expect(run.exitCode).to.equal(1);
    expect(run.stderr).to.contain('compare user and password');
    expect(run.stderr).not.to.contain('wrong-secret');
    await orthanc.stop();
  });

  it('waits for an Orthanc that is down', async () => {
    await node.start();
    await waitFor('the message', () => node.log().includes('waiting for Orthanc'));
    await orthanc.start();
    await waitFor('the first sweep', () => sweeps() > 0);
  });

  it('makes two segmentations and one report of an exam sent in shuffled order', async () => {
    await storeByDimse(orthanc, shuffled(sourceFiles));
    [study = ''] = (await orthanc.get('/studies')) as string[];
    const exam = await waitFor(
      'delivery',
      async () => (await node.exams()).find(({ delivery }) => delivery === 'delivered'),
      { timeoutMs: ANALYSIS_TIMEOUT_MS },
    );
    expect(exam.orthancStudyId).to.equal(study);
    expect(exam.findings?.completeness.verdict).to.equal('complete');
    const { slices = 0, phases = 0 } = exam.findings ?? {};
    frames = slices * phases;
    expect(frames).to.equal(sourceFiles.length);
    if (hasSharedData) expect([slices, phases]).to.deep.equal([12, 20]);
    expect((await results()).map(({ modality }) => modality).sort()).to.deep.equal([
      'SEG',
      'SEG',
      'SR',
    ]);
  });

  it('passes dciodvfy but for the source’s own invalid UIDs', async function () {
    if (missingTool('dciodvfy') !== undefined) this.skip();
    const sourceUids = new Set(sourceFiles.flatMap(uidsIn));
    for (const { file } of await resultFiles()) {
      const { lines } = runTool('dciodvfy', [file]);
      const errors = lines.filter((line) => line.startsWith('Error'));
      const isKept = (line: string) => sourceUids.has(INVALID_UID.exec(line)?.[1] ?? '');
      const others = errors.filter((line) => !isKept(line) && line !== SUM_OF_INVALID_VALUES);
      expect(others).to.deep.equal([]);
      if (errors.includes(SUM_OF_INVALID_VALUES)) expect(errors.some(isKept)).to.equal(true);
    }
  });

  /** Every UID that results take over from an image. */
  function uidsIn(file: string): string[] {
    const image = decodePart10(readFileSync(file));
    return [
      image['StudyInstanceUID'],
      image['SeriesInstanceUID'],
      image['SOPInstanceUID'],
      image['FrameOfReferenceUID'],
    ].filter((uid): uid is string => typeof uid === 'string');
  }

  it('writes a report that dsrdump reads', async function () {
    if (missingTool('dsrdump') !== undefined) this.skip();
    const reports = (await resultFiles()).filter(({ modality }) => modality === 'SR');
    expect(reports).to.have.lengthOf(1);
    for (const { file } of reports) {
      // -Ee: the invalid UIDs of the source are no reason not to read on.
      const { lines, status } = runTool('dsrdump', ['-Ee', file]);
      expect(status).to.equal(0);
      expect(lines.join('\n'))
        .to.contain('Imaging Measurement Report')
        .and.to.match(/untrained/i);
    }
  });

  it('writes segmentations that pydicom reads, with a frame for every image', async function () {
    if (missingTool('pydicom') !== undefined) this.skip();
    const counts: number[] = [];
    for (const { modality, file } of await resultFiles()) {
      if (modality !== 'SEG') continue;
      const { lines, status } = runTool(PYTHON, ['-c', READ_PIXELS, file]);
      expect(status, lines.join('\n')).to.equal(0);
      const [shape, values] = JSON.parse(lines[0] ?? '') as [number[], number[]];
      counts.push(shape[0] ?? 0);
      expect(values.every((value) => value === 0 || value === 1)).to.equal(true);
    }
    const [pathology = 0, anatomy] = counts.sort((a, b) => a - b);
    // Three structures in every phase; three kinds of tissue at end diastole alone.
    expect(anatomy).to.equal(3 * frames);
    expect(pathology).to.be.lessThan(frames);
    expect(pathology % 3).to.equal(0);
  });

  it('makes nothing twice after node and Orthanc were restarted', async () => {
    const before = uidsOf(await results());
    expect(await node.stop()).to.equal(0);
    await orthanc.stop();
    await orthanc.start();
    await node.start();
    await nextSweeps();
    expect(uidsOf(await results())).to.deep.equal(before);
    expect(node.log()).not.to.contain('exam analysed');
    expect((await node.exams()).map(({ delivery }) => delivery)).to.deep.equal(['delivered']);
  });

  it('makes nothing twice after its state was lost', async () => {
    const before = uidsOf(await results());
    expect(await node.stop()).to.equal(0);
    rmSync(join(orthanc.folder, 'node-state'), { recursive: true });
    await node.start();
    await nextSweeps();
    expect(uidsOf(await results())).to.deep.equal(before);
    expect(node.log()).not.to.contain('exam analysed');
  });

  it('does not loop when the results are deleted', async () => {
    for (const { id } of await results())
      await orthanc.fetch(`/instances/${id}`, { method: 'DELETE' });
    await nextSweeps();
    expect(await results()).to.deep.equal([]);
    expect(node.log()).not.to.contain('exam analysed');
  });

  it('loses no exam when it is killed in the middle, and makes nothing twice of it', async () => {
    const folder = join(orthanc.folder, 'second-exam');
    await storeByDimse(orthanc, filesOf(simulatedFolder(folder, 8)));
    await waitFor('an analysis', () => node.log().includes('images fetched'));
    await node.kill();
    await node.start();
    const exam = await waitFor(
      'delivery',
      async () => (await node.exams()).find((e) => e.orthancStudyId !== study && isOver(e)),
      { timeoutMs: ANALYSIS_TIMEOUT_MS },
    );
    expect(exam.delivery).to.equal('delivered');
    await nextSweeps();
    const modalities = (await results(exam.orthancStudyId)).map(({ modality }) => modality);
    expect(modalities.sort()).to.deep.equal(['SEG', 'SEG', 'SR']);
  });

  const isOver = ({ work, delivery }: ExamStatus): boolean =>
    delivery === 'delivered' || delivery === 'failed' || work === 'failed' || work === 'refused';

  it('logs no patient data and no UID', () => {
    expect(node.log()).not.to.match(/SCD\d|Simulated|SIM-|\d+(\.\d+){5}/);
  });
});
