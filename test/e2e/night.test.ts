// Nightly training against a real Orthanc: what somebody else drew is learned from, and the model changes only for the better.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFrames } from '../../src/dicom/read-frames.ts';
import { groupCine } from '../../src/group/group.ts';
import { DEFAULT_MODEL, MODELS_DIR } from '../../src/commands/open-network.ts';
import { ANATOMY, PATHOLOGY, TASK_LABEL } from '../../src/labels.ts';
import { loadModel } from '../../src/network/model/load-model.ts';
import { writeModel } from '../../src/network/model/write-model.ts';
import { simulateExam, type SimulatedExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { writeResults } from '../../src/write/write.ts';
import { prepareNode, type NodeProcess } from '../support/node-process.ts';
import {
  freePort,
  hasOrthanc,
  prepareOrthanc,
  type OrthancProcess,
} from '../support/orthanc-process.ts';
import { runCli } from '../support/run-cli.ts';
import { measurementsFixture, segmentationFixture } from '../support/segmentation-fixture.ts';
import { waitFor } from '../support/wait-for.ts';

/** A night of a narrow network on two busy cores. */
const NIGHT_TIMEOUT_MS = 300_000;
const EXAM_SEEDS = [61, 62, 63, 64];
const SCAN = { slices: 5, phases: 12, matrix: 112, style: 'prior' } as const;
const VIEWER = { name: 'A viewer', version: '5', manufacturer: 'Another maker' };

interface Night {
  readonly outcome: string;
  readonly reason: string;
  readonly from: string;
  readonly promoted?: string;
}

/**
 * The model in the box, made to see too little of the right ventricle, which a night of training mends soon, and no
 * lesions, which a night as short as this one could only unlearn.
 */
async function writeTimidModel(modelsDir: string): Promise<void> {
  const { manifest, parameters } = await loadModel(join(MODELS_DIR, DEFAULT_MODEL));
  const changed = new Map(parameters);
  const change = (name: string, edit: (values: Float32Array, rowLength: number) => void): void => {
    const { shape, values } = parameters.get(name)!;
    const copy = values.slice();
    edit(copy, copy.length / shape[0]);
    changed.set(name, { shape, values: copy });
  };
  change('anatomy.out.bias', (bias) => {
    bias[ANATOMY.rvBlood] -= 6;
  });
  change('head.out.0.weight', (weights, row) => {
    for (let i = 0; i < row; i++)
      for (const lesion of [PATHOLOGY.scar, PATHOLOGY.edema])
        weights[lesion * row + i] = weights[PATHOLOGY.healthyMyocardium * row + i];
  });
  await writeModel(join(modelsDir, 'timid'), {
    architecture: manifest.architecture,
    parameters: changed,
    isTrained: true,
    origin: { kind: 'trained' },
    input: manifest.input,
  });
}

/** What a person drew, of each TASK_LABEL: `right`, or wall and cavity taken for one another. */
const DRAWN = {
  right: [0, ANATOMY.myocardium, ANATOMY.lvBlood, ANATOMY.rvBlood, 1, 1],
  sabotaged: [0, ANATOMY.lvBlood, ANATOMY.myocardium, ANATOMY.background, 2, 2],
} as const;

describe('nightly training', () => {
  let orthanc: OrthancProcess;
  let node: NodeProcess;
  let state = '';
  const exams: SimulatedExam[] = [];

  before(async function () {
    if (!hasOrthanc()) {
      console.log('      skipped: Orthanc with DICOMweb is not installed');
      this.skip();
    }
    const port = await freePort();
    orthanc = await prepareOrthanc({ nodeUrl: `http://127.0.0.1:${port}` });
    state = join(orthanc.folder, 'node-state');
    const modelsDir = join(orthanc.folder, 'models');
    await writeTimidModel(modelsDir);
    node = prepareNode(orthanc, {
      port,
      modelsDir,
      env: {
        CINEMYOPS_MODEL: 'timid',
        CINEMYOPS_SWEEP: '1',
        CINEMYOPS_WAIT: '0',
        CINEMYOPS_LOG_LEVEL: 'debug',
        // Every second.
        CINEMYOPS_NIGHTLY: '* * * * * *',
        CINEMYOPS_NIGHTLY_STEPS: '60',
        CINEMYOPS_NIGHTLY_SIMULATED: '16',
        CINEMYOPS_NIGHTLY_LEARNING_RATE: '0.0003',
      },
    });
    for (const seed of EXAM_SEEDS) exams.push(simulateExam(seed, SCAN));
    await orthanc.start();
  });
  after(async () => {
    // Undefined when all was skipped.
    await (node as NodeProcess | undefined)?.stop();
    await (orthanc as OrthancProcess | undefined)?.remove();
  });

  const nights = (): Night[] => {
    const file = join(state, 'nights.jsonl');
    if (!existsSync(file)) return [];
    // What follows the last line's end is still being written.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Night);
  };

  /** As a viewer does, by the web: Debian's storescu does not propose segmentations. */
  async function send(objects: readonly { readonly bytes: Uint8Array }[]): Promise<void> {
    for (const { bytes } of objects) {
      const answer = await orthanc.fetch('/instances', {
        method: 'POST',
        body: Buffer.from(bytes),
      });
      expect(answer.status).to.equal(200);
    }
  }

  /** The exam's segmentation at end diastole as another program writes it. */
  async function drawnOn(exam: SimulatedExam, drawn: keyof typeof DRAWN, salt: string) {
    const images = writeSimulatedExam(exam, 'ge');
    const grouped = await groupCine({ ...readFrames(images), waitIsOver: true });
    const [, slices, rows, columns] = exam.labels.shape;
    const size = slices * rows * columns;
    const { endDiastole } = exam;
    const pathology = exam.labels.labels
      .subarray(endDiastole * size, (endDiastole + 1) * size)
      .map((label) => {
        if (label === TASK_LABEL.scar) return PATHOLOGY.scar;
        return label === TASK_LABEL.edema ? PATHOLOGY.edema : PATHOLOGY.background;
      });
    const segmentation = {
      ...segmentationFixture(grouped),
      anatomy: { ...exam.labels, labels: exam.labels.labels.map((label) => DRAWN[drawn][label]) },
      pathology: { labels: pathology, shape: [1, slices, rows, columns] as const },
      endDiastole,
      endSystole: exam.endSystole,
    };
    const objects = writeResults({
      exam: grouped,
      segmentation,
      measurements: measurementsFixture(),
      fingerprint: salt.repeat(64),
      software: VIEWER,
    });
    return objects
      .filter(({ kind }) => kind.endsWith('seg'))
      .map(({ kind, bytes }) => ({ name: `${kind}.dcm`, bytes }));
  }

  /** The node is away meanwhile, or a night could begin with half of it. */
  async function draw(drawn: keyof typeof DRAWN, salt: string): Promise<void> {
    await node.stop();
    // A correction takes the place of what it corrects.
    await removeDrawings();
    for (const exam of exams) await send(await drawnOn(exam, drawn, salt));
    await node.start();
  }

  async function isAnalysed(count: number): Promise<boolean> {
    const states = await node.exams();
    return states.filter(({ delivery }) => delivery === 'delivered').length >= count;
  }

  it('refuses a schedule that is none', async () => {
    const run = await runCli(['serve', '--nightly', 'at night', '--state-dir', `${state}-none`]);
    expect(run.exitCode).to.equal(2);
    expect(run.stderr).to.contain("expected a cron expression such as '0 2 * * *'");
  });

  it('leaves the model as it is while nobody else has drawn', async function () {
    this.timeout(NIGHT_TIMEOUT_MS);
    await node.start();
    for (const exam of exams) await send(writeSimulatedExam(exam, 'ge'));
    await waitFor('the exams to be analysed', () => isAnalysed(exams.length), {
      timeoutMs: NIGHT_TIMEOUT_MS,
    });
    await waitFor('a night', () => node.log().includes('night skipped'));
    expect(node.log()).to.contain('fewer than two exams');
  });

  it('learns from what somebody else drew, and the next report names the new model', async function () {
    this.timeout(2 * NIGHT_TIMEOUT_MS);
    await draw('right', 'b');
    const night = await waitFor('the night to be over', () => nights().at(0), {
      timeoutMs: NIGHT_TIMEOUT_MS,
    });
    expect(night.outcome, JSON.stringify(night)).to.equal('promoted');
    expect(night.from).to.equal('timid');
    expect(night.reason).to.match(/^better: .*expert rv/);
    await send(writeSimulatedExam(simulateExam(70, SCAN), 'ge'));
    await waitFor('the next exam', () => isAnalysed(exams.length + 1), {
      timeoutMs: NIGHT_TIMEOUT_MS,
    });
    const newest = (await node.exams()).map(({ findings }) => findings?.model.version);
    expect(newest).to.include(night.promoted);
  });

  it('refuses what it learned from a sabotaged set', async function () {
    this.timeout(2 * NIGHT_TIMEOUT_MS);
    const before = nights().length;
    await draw('sabotaged', 'c');
    const night = await waitFor('the next night', () => nights().slice(before).at(0), {
      timeoutMs: NIGHT_TIMEOUT_MS,
    });
    expect(night.outcome, JSON.stringify(night)).to.equal('refused');
    // How far so short a night follows the wrong drawings depends on the model.
    expect(night.reason).to.match(/^worse: |^no figure of the experts’ is better$/);
  });

  it('goes back to the model before by one command, without a restart', async function () {
    this.timeout(NIGHT_TIMEOUT_MS);
    const run = await runCli(['model', 'rollback', '--state-dir', state]);
    expect(run.stdout).to.match(/^timid is in use from the next exam on, in place of night-/);
    await send(writeSimulatedExam(simulateExam(71, SCAN), 'ge'));
    await waitFor('the last exam', () => isAnalysed(exams.length + 2), {
      timeoutMs: NIGHT_TIMEOUT_MS,
    });
    const newest = (await node.exams()).filter(
      ({ findings }) => findings?.model.version === 'timid',
    );
    expect(newest).to.have.lengthOf(exams.length + 1);
    const again = await runCli(['model', 'rollback', '--state-dir', state]);
    expect(again.exitCode).to.equal(1);
    expect(again.stderr).to.contain('expected a promoted model');
  });

  async function removeDrawings(): Promise<void> {
    const series = (await orthanc.get('/series?expand')) as {
      ID: string;
      MainDicomTags: { Modality: string; Manufacturer?: string };
    }[];
    for (const { ID, MainDicomTags } of series)
      if (MainDicomTags.Modality === 'SEG' && MainDicomTags.Manufacturer === VIEWER.manufacturer)
        await orthanc.fetch(`/series/${ID}`, { method: 'DELETE' });
  }
});
