import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { hasCommand } from '../support/has-command.ts';
import { hasOrthanc } from '../support/orthanc-process.ts';
import { writeSmallModel } from '../support/small-model.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo.sh', import.meta.url));

describe('npm run demo', () => {
  let folder: string;

  before(function () {
    if (!hasOrthanc() || !hasCommand('storescu')) {
      console.log('      skipped: Orthanc with DICOMweb or dcmtk is not installed');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-demo-'));
  });

  after(() => {
    // Undefined when all was skipped.
    if ((folder as string | undefined) !== undefined)
      rmSync(folder, { recursive: true, force: true });
  });

  it('prints the findings of a simulated exam and where to look, and stops with --once', async () => {
    const modelsDir = join(folder, 'models');
    await writeSmallModel(modelsDir);
    const { status, stdout, stderr } = spawnSync(
      'sh',
      [DEMO, '--once', '--dir', join(folder, 'demo')],
      {
        encoding: 'utf8',
        env: { ...process.env, CINEMYOPS_MODELS_DIR: modelsDir, CINEMYOPS_MODEL: 'untrained' },
      },
    );
    expect(status, stderr).to.equal(0);
    expect(stderr).to.contain('delivery delivered');
    expect(stdout).to.contain('LV EF');
    expect(stdout).to.match(
      /Orthanc Explorer +http:\/\/127\.0\.0\.1:\d+\/app\/explorer\.html#study/,
    );
    expect(stdout).to.match(/The node's page +http:\/\/127\.0\.0\.1:\d+/);
  });
});
