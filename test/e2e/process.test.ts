// `cinemyops process` on a study of a real Orthanc, its results stored back.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../support/orthanc-process.ts';
import { runCli } from '../support/run-cli.ts';
import { writeSmallModel } from '../support/small-model.ts';

describe('process with Orthanc', () => {
  let orthanc: OrthancProcess | undefined;
  let orthancStudyId = '';

  before(async function () {
    if (!hasOrthanc()) this.skip(); // Orthanc with DICOMweb is not installed
    orthanc = await startOrthanc();
    await writeSmallModel(join(orthanc.folder, 'models'));
    const exam = simulateExam(11, { slices: 3, phases: 8, matrix: 96 });
    for (const { bytes } of writeSimulatedExam(exam, 'philips')) {
      const answer = await orthanc.fetch('/instances', {
        method: 'POST',
        body: Buffer.from(bytes),
      });
      orthancStudyId = ((await answer.json()) as { ParentStudy: string }).ParentStudy;
    }
  });
  after(() => orthanc?.remove());

  async function run(
    password: string,
  ): Promise<Awaited<ReturnType<typeof runCli>> & { out: string }> {
    const { folder, url, user } = orthanc as OrthancProcess;
    const out = join(folder, 'out');
    rmSync(out, { recursive: true, force: true });
    const store = ['--store', `${url}/dicom-web/`];
    const model = [
      '--models-dir',
      join(folder, 'models'),
      '--model',
      'untrained',
      '--device',
      'cpu',
    ];
    const args = ['process', orthancStudyId, '--out', out, ...store, ...model];
    const env = {
      CINEMYOPS_ORTHANC_URL: url,
      CINEMYOPS_ORTHANC_USER: user,
      CINEMYOPS_ORTHANC_PASSWORD: password,
    };
    return { ...(await runCli(args, env)), out };
  }

  it('fetches the study by its Orthanc id and stores the three results once', async () => {
    const { password, get } = orthanc as OrthancProcess;
    for (const repetition of [1, 2]) {
      const { exitCode, stderr, out } = await run(password);
      expect(exitCode, `run ${repetition}: ${stderr}`).to.equal(0);
      expect(existsSync(join(out, 'report.sr.dcm'))).to.equal(true);
      const series = (await get(`/studies/${orthancStudyId}/series`)) as {
        MainDicomTags: { Modality: string };
        Instances: string[];
      }[];
      const results = series.filter((s) => s.MainDicomTags.Modality !== 'MR');
      expect(results.map((s) => s.MainDicomTags.Modality).toSorted()).to.deep.equal([
        'SEG',
        'SEG',
        'SR',
      ]);
      expect(results.every((s) => s.Instances.length === 1)).to.equal(true);
    }
  });

  it('says that the password is wrong, without saying the password', async () => {
    const { exitCode, stderr } = await run('not-the-password');
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('compare user and password');
    expect(stderr).to.not.contain('not-the-password');
  });
});
