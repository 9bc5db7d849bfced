import { expect } from 'chai';
import { SERVE_SETTINGS } from '../../src/serve-settings.ts';
import { runCli } from '../support/run-cli.ts';

describe('cinemyops serve', () => {
  it('lists every setting in its help', async () => {
    const { exitCode, stdout } = await runCli(['serve', '--help']);
    expect(exitCode).to.equal(0);
    for (const { variable } of SERVE_SETTINGS) expect(stdout).to.contain(variable);
  });

  it('exits with 2 and names every problem of its configuration', async () => {
    const { exitCode, stderr } = await runCli(['serve', '--poll', 'soon'], {
      CINEMYOPS_WEB_PORT: '70000',
      CINEMYOPS_WEB_PASSWORD: 'hunter2',
    });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('listen.pollSeconds').and.to.contain('web.port');
    expect(stderr).not.to.contain('hunter2');
  });

  it('exits with 2 when its model does not exist', async () => {
    const { exitCode, stderr } = await runCli(['serve', '--model', 'no-such-model']);
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('no-such-model');
  });

  it('says as a line of JSON that its model is untrained', async () => {
    // A schedule that is none ends it after its model is open.
    const args = [
      'serve',
      '--model=untrained',
      '--device=cpu',
      '--nightly=never',
      '--state-dir=none',
    ];
    const { stderr } = await runCli(args);
    const line = stderr.split('\n').find((text) => text.includes('is untrained'));
    expect(JSON.parse(line ?? '')).to.include({ level: 'warn' });
  });
});
