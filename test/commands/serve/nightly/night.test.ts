import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findDrawnStudies } from '../../../../src/commands/serve/nightly/collect-expert-exams.ts';
import { recordNight } from '../../../../src/commands/serve/nightly/night-record.ts';
import { type NightParts, runNight } from '../../../../src/commands/serve/nightly/night.ts';
import { encodePart10 } from '../../../../src/dicom/part10.ts';
import { derivedUid } from '../../../../src/fingerprint.ts';
import { createLog } from '../../../../src/log.ts';
import { createOrthancClient } from '../../../../src/orthanc/client.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../../../support/orthanc-process.ts';
import { writeSmallModel } from '../../../support/small-model.ts';
import { tinyImages } from '../../../support/tiny-study.ts';

const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4';

/** Of another maker, and of use to nobody. */
function drawing(studyInstanceUid: string): Uint8Array {
  return encodePart10({
    ...{ SOPClassUID: SEGMENTATION_STORAGE, Modality: 'SEG', Manufacturer: 'Another maker' },
    ...{ StudyInstanceUID: studyInstanceUid, PatientID: 'TINY' },
    SeriesInstanceUID: derivedUid('drawing', studyInstanceUid, 'series'),
    SOPInstanceUID: derivedUid('drawing', studyInstanceUid),
  });
}

describe('a night', () => {
  let orthanc: OrthancProcess;
  let folder = '';
  let lines: string[] = [];

  before(async function () {
    if (!hasOrthanc()) return this.skip();
    orthanc = await startOrthanc();
    folder = await mkdtemp(join(tmpdir(), 'cinemyops-night-'));
    await writeSmallModel(folder, 'small');
    for (const name of ['a', 'b', 'undrawn']) {
      const images = tinyImages(name, { to: 2 });
      const objects = images.map(({ bytes }) => bytes);
      if (name !== 'undrawn') objects.push(drawing(images[0].studyInstanceUid));
      for (const body of objects)
        await orthanc.fetch('/instances', { method: 'POST', body: Buffer.from(body) });
    }
  });
  after(async () => {
    await (orthanc as OrthancProcess | undefined)?.remove();
    if (folder !== '') await rm(folder, { recursive: true });
  });

  async function prepare(): Promise<{ parts: NightParts; studies: string[] }> {
    lines = [];
    const studies = (await orthanc.get('/studies')) as string[];
    const parts: NightParts = {
      client: createOrthancClient({ ...orthanc, timeoutMs: 5000 }),
      log: createLog({ level: 'debug', isTerminal: false, write: (l) => void lines.push(l) }),
      ...{ dicomWebRoot: '/dicom-web', maxStudyBytes: 1e9, signal: new AbortController().signal },
      ...{ doneStudies: () => studies, stateDir: join(folder, 'state'), now: () => 0 },
      ...{ configured: 'small', promotedDir: join(folder, 'state', 'models') },
      modelInUse: () => Promise.resolve(join(folder, 'small')),
      config: { steps: 1, simulatedExams: 2, learningRate: 0.001 },
    };
    return { parts, studies };
  }
  const copied = () => lines.join('').includes('expert exams collected');

  it('looks at the images of studies on which somebody has drawn, and at no others', async () => {
    const { parts } = await prepare();
    const { outcome, reason, exams } = await runNight(parts);
    expect([outcome, exams]).to.deep.equal(['skipped', 0]);
    expect(reason).to.contain('fewer than two exams');
    expect(copied()).to.equal(true);
    // Drawings of nothing are told of, each once.
    expect(lines.filter((line) => line.includes('is not trained on'))).to.have.lengthOf(2);
    expect(await readdir(parts.stateDir)).to.deep.equal([]);
  });

  it('copies no image when nothing was drawn since the last one that trained', async () => {
    const { parts, studies } = await prepare();
    const { key, studies: drawn } = await findDrawnStudies({ ...parts, studies });
    expect(drawn).to.have.lengthOf(2);
    const last = { startedAt: '', from: 'small', exams: 2, key, reason: '' };
    await recordNight(parts.stateDir, { ...last, outcome: 'refused' });
    const { outcome, reason } = await runNight(parts);
    expect([outcome, reason]).to.deep.equal(['skipped', 'nothing was drawn since the last night']);
    expect(copied()).to.equal(false);
  });

  it('copies no image when only one study was drawn on', async () => {
    const { parts, studies } = await prepare();
    const { studies: drawn } = await findDrawnStudies({ ...parts, studies });
    const { reason } = await runNight({ ...parts, doneStudies: () => drawn.slice(0, 1) });
    expect(reason).to.contain('fewer than two exams');
    expect(copied()).to.equal(false);
  });
});
