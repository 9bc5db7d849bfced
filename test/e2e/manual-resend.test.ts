import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { chromium, type Browser, type BrowserContext, type Locator } from 'playwright-core';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { hasCommand } from '../support/has-command.ts';
import { prepareNode, type NodeProcess } from '../support/node-process.ts';
import {
  freePort,
  hasOrthanc,
  prepareOrthanc,
  storeByDimse,
  type OrthancProcess,
} from '../support/orthanc-process.ts';
import { writeSmallModel } from '../support/small-model.ts';
import { tinyImages } from '../support/tiny-study.ts';
import { waitFor } from '../support/wait-for.ts';

const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
];
/** An analysis on two busy cores. */
const ANALYSIS_TIMEOUT_MS = 120_000;

describe('an exam that is run again by hand', () => {
  let orthanc: OrthancProcess;
  let node: NodeProcess;
  let study: string;

  before(async function () {
    if (!hasOrthanc() || !hasCommand('storescu')) {
      console.log('      skipped: Orthanc with DICOMweb or dcmtk is not installed');
      this.skip();
    }
    const port = await freePort();
    orthanc = await prepareOrthanc({ nodeUrl: `http://127.0.0.1:${port}` });
    const modelsDir = join(orthanc.folder, 'models');
    await writeSmallModel(modelsDir);
    node = prepareNode(orthanc, { port, modelsDir });
    await orthanc.start();
    await node.start();
    await storeByDimse(orthanc, writeExam(join(orthanc.folder, 'exam')));
    [study = ''] = (await orthanc.get('/studies')) as string[];
    await untilResults();
  });

  after(async () => {
    // Undefined when all was skipped.
    await (node as NodeProcess | undefined)?.stop();
    await (orthanc as OrthancProcess | undefined)?.remove();
  });

  /** A short exam of a simulated patient. */
  function writeExam(folder: string): string[] {
    mkdirSync(folder);
    const exam = simulateExam(7, { condition: 'infarct', slices: 3, phases: 8, matrix: 64 });
    return writeSimulatedExam(exam, 'ge').map(({ name, bytes }) => {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      return file;
    });
  }

  const seriesOf = async (modality: string): Promise<string[]> => {
    const all = (await orthanc.get(`/studies/${study}/series`)) as {
      ID: string;
      MainDicomTags: { Modality: string };
    }[];
    return all.filter((s) => s.MainDicomTags.Modality === modality).map((s) => s.ID);
  };

  const resultSeries = async () => [...(await seriesOf('SEG')), ...(await seriesOf('SR'))];

  const untilResults = () =>
    waitFor(
      'two segmentations and a report in Orthanc',
      async () =>
        (await resultSeries()).length === 3 && (await node.exams())[0]?.delivery === 'delivered',
      { timeoutMs: ANALYSIS_TIMEOUT_MS },
    );

  /** Results that come back show that the study was analysed again. */
  async function deleteResults(): Promise<void> {
    for (const series of await resultSeries())
      await orthanc.fetch(`/series/${series}`, { method: 'DELETE' });
    expect(await resultSeries()).to.deep.equal([]);
  }

  const resultUids = async (): Promise<string[]> => {
    const series = (await orthanc.get(`/studies/${study}/instances`)) as {
      MainDicomTags: { SOPInstanceUID: string };
    }[];
    return series.map((s) => s.MainDicomTags.SOPInstanceUID).sort();
  };

  it('"Send to DICOMweb server" of the whole study brings deleted results back', async () => {
    const before = await resultUids();
    await deleteResults();
    const sent = await orthanc.fetch('/dicom-web/servers/cinemyops/stow', {
      method: 'POST',
      body: JSON.stringify({ Resources: [study], Synchronous: true }),
    });
    // Orthanc counts the items of the answer; another number than it sent fails its job.
    expect(sent.status).to.equal(200);
    expect(await sent.json()).to.include({ InstancesCount: '24' });
    await untilResults();
    expect(await resultUids()).to.deep.equal(before);
  });

  it('a study that the node cannot find fails in Orthanc, where its sender sees it', async () => {
    const other = await prepareOrthanc({ nodeUrl: node.url });
    try {
      await other.start();
      await storeByDimse(other, [writeStranger(join(other.folder, 'stranger.dcm'))]);
      const [stranger] = (await other.get('/studies')) as string[];
      const sent = await other.fetch('/dicom-web/servers/cinemyops/stow', {
        method: 'POST',
        body: JSON.stringify({ Resources: [stranger], Synchronous: true }),
      });
      expect(sent.ok).to.equal(false);
    } finally {
      await other.remove();
    }
  });

  it('the plug-in answers 404 for what Orthanc does not have and 405 for the wrong method', async () => {
    const run = `/cinemyops/studies/${study}/run`;
    expect((await orthanc.fetch(run)).status).to.equal(405);
    expect((await orthanc.fetch(run, { method: 'DELETE' })).status).to.equal(405);
    for (const path of ['studies/0-0/state', 'series/0-0/state', `series/${study}/state`])
      expect((await orthanc.fetch(`/cinemyops/${path}`)).status, path).to.equal(404);
  });

  /** One image of a study that only another Orthanc has. */
  function writeStranger(file: string): string {
    for (const { bytes } of tinyImages('stranger', { to: 1 })) writeFileSync(file, bytes);
    return file;
  }

  describe('in the browser', () => {
    let browser: Browser;
    let context: BrowserContext;

    before(async function () {
      if (!hasCommand('chromium')) {
        console.log('      skipped: Chromium is not installed');
        this.skip();
      }
      browser = await chromium.launch({
        executablePath: '/usr/bin/chromium',
        args: CHROMIUM_FLAGS,
      });
      const { user: username, password } = orthanc;
      context = await browser.newContext({ httpCredentials: { username, password } });
    });

    after(() => browser.close());

    /** What the plug-in added to a page of Orthanc Explorer, after a click on its button. */
    async function click(kind: 'study' | 'series', id: string): Promise<Locator> {
      const page = await context.newPage();
      await page.goto(`${orthanc.url}/app/explorer.html#${kind}?uuid=${id}`);
      const place = page.locator(`#cinemyops-${kind}`);
      await place.locator('a').click();
      return place;
    }

    async function untilDone(place: Locator): Promise<string | null> {
      const line = place.locator('[role=status][data-state=done]');
      await line.waitFor({ timeout: ANALYSIS_TIMEOUT_MS });
      return line.textContent();
    }

    it('the button on the study page runs it and shows the findings', async () => {
      await deleteResults();
      const line = await untilDone(await click('study', study));
      expect(line).to.match(/done\. LV EF .* Untrained model/);
      await untilResults();
    });

    it('the button on the series page runs the study of the series', async () => {
      await deleteResults();
      const [series = ''] = await seriesOf('MR');
      expect(await untilDone(await click('series', series))).to.match(/done\. LV EF/);
      await untilResults();
    });

    it('the button says that the node is not there', async () => {
      await node.stop();
      const line = (await click('study', study)).locator('[data-state=unreachable]');
      await line.waitFor();
      expect(await line.textContent()).to.contain('The node cannot be reached');
      await node.start();
    });
  });

  it('the status page shows the exam, and no patient data', async () => {
    const answer = await node.fetch('/');
    const page = await answer.text();
    expect(page).to.contain('in the PACS');
    expect(page).to.contain('the model is untrained');
    expect(page).to.not.match(/Simulated|SIM-/);
    expect(node.log()).to.not.match(/Simulated|SIM-|2\.25\.\d{10}/);
  });
});
