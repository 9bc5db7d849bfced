import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resolveSections, resolveServeConfig, settingsHelp } from '../src/config.ts';
import { NodeError } from '../src/errors.ts';
import { SERVE_SETTINGS } from '../src/serve-settings.ts';

const resolve = (argv: string[] = [], env: Record<string, string> = {}) =>
  resolveServeConfig({ argv, env });

function problemsOf(argv: string[], env: Record<string, string> = {}): string {
  try {
    resolve(argv, env);
  } catch (error) {
    expect(error).to.be.instanceOf(NodeError);
    expect((error as NodeError).code).to.equal('configuration-invalid');
    return (error as NodeError).message;
  }
  throw new Error('expected the configuration to be refused');
}

describe('configuration of serve', () => {
  let folder = '';
  const file = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-config-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('needs nothing: every setting has a default or may be absent', () => {
    const config = resolve();
    expect(config.orthanc.url).to.equal('http://127.0.0.1:8042');
    expect(config.web.host).to.equal('127.0.0.1');
    expect(config.model.device).to.equal('auto');
  });

  it('takes a flag over the environment over the file over the default', () => {
    const config = file(
      'order.json',
      JSON.stringify({ listen: { pollSeconds: 3, sweepSeconds: 4, waitSeconds: 5 } }),
    );
    const { listen } = resolve(['--config', config, '--poll', '1'], {
      CINEMYOPS_POLL: '2',
      CINEMYOPS_SWEEP: '2',
    });
    expect(listen.pollSeconds).to.equal(1);
    expect(listen.sweepSeconds).to.equal(2);
    expect(listen.waitSeconds).to.equal(5);
    expect(listen.backlogDays).to.equal(30);
  });

  it('counts an empty variable as absent', () => {
    expect(resolve([], { CINEMYOPS_POLL: '' }).listen.pollSeconds).to.equal(2);
  });

  it('is frozen through and through', () => {
    const config = resolve();
    expect(Object.isFrozen(config)).to.equal(true);
    expect(Object.isFrozen(config.orthanc)).to.equal(true);
  });

  it('reports every problem at once, each with its path and the way to give it', () => {
    const message = problemsOf(['--web-port', '70000', '--device', 'abacus', '--colour', 'red'], {
      CINEMYOPS_ORTHANC_URL: 'ftp://x',
      CINEMYOPS_POLL: 'soon',
    });
    for (const part of [
      'web.port (--web-port, CINEMYOPS_WEB_PORT)',
      'model.device (--device, CINEMYOPS_DEVICE)',
      'unknown flag --colour',
      'orthanc.url (--orthanc-url, CINEMYOPS_ORTHANC_URL)',
      'listen.pollSeconds (--poll, CINEMYOPS_POLL)',
    ])
      expect(message).to.contain(part);
  });

  it('refuses a key of the file that it does not know', () => {
    const config = file('typo.json', JSON.stringify({ orthanc: { ulr: 'http://x' } }));
    expect(problemsOf(['--config', config]))
      .to.contain('orthanc')
      .and.to.contain('ulr');
  });

  it('says what is wrong with the file itself and never quotes it', () => {
    const broken = file('broken.json', '{"password": "hunter2"');
    expect(problemsOf(['--config', broken]))
      .to.contain('not valid JSON')
      .and.not.contain('hunter2');
    expect(problemsOf(['--config', join(folder, 'none.json')])).to.contain('does not exist');
  });

  it('reads a secret from a file and keeps only its first line', () => {
    const passwordFile = file('password', 'hunter2\n\n');
    const { orthanc } = resolve(['--orthanc-user', 'node'], {
      CINEMYOPS_ORTHANC_PASSWORD_FILE: passwordFile,
    });
    expect(orthanc.password).to.equal('hunter2');
  });

  it('never prints a secret', () => {
    const message = problemsOf(['--web-port', 'x', '--orthanc-user', 'u'], {
      CINEMYOPS_ORTHANC_PASSWORD: 'hunter2',
      CINEMYOPS_WEB_PASSWORD: 'hunter3',
    });
    expect(message).not.to.match(/hunter/);
  });

  it('refuses a password inside the URL, where logs and error messages could show it', () => {
    const message = problemsOf(['--orthanc-url', 'http://node:hunter2@pacs:8042']);
    expect(message).to.contain('without user and password').and.not.contain('hunter2');
  });

  it('takes --flag=value, and says which flag lacks its value', () => {
    expect(resolve(['--poll=0.5']).listen.pollSeconds).to.equal(0.5);
    expect(problemsOf(['--poll'])).to.contain('--poll needs a value');
    expect(problemsOf(['now'])).to.contain('unexpected argument "now"');
  });

  it('wants user and password of Orthanc together', () => {
    expect(problemsOf(['--orthanc-user', 'node'])).to.contain('give both or neither');
  });

  it('wants a password before it opens the status page to other machines', () => {
    expect(problemsOf(['--web-host', '0.0.0.0'])).to.contain('web.password');
    const { web } = resolve(['--web-host', '0.0.0.0'], { CINEMYOPS_WEB_PASSWORD: 'p' });
    expect(web.host).to.equal('0.0.0.0');
  });

  it('judges and reads only what a command uses, as in the image, which sets web.host', () => {
    const env = {
      CINEMYOPS_WEB_HOST: '0.0.0.0',
      CINEMYOPS_WEB_PASSWORD_FILE: join(folder, 'of-another-container'),
      CINEMYOPS_ORTHANC_USER: 'node',
      CINEMYOPS_STATE_DIR: '/state',
      CINEMYOPS_MODEL: '1.0.0',
    };
    const used = resolveSections({ argv: [], env }, ['stateDir', 'model']);
    expect(used).to.deep.include({ stateDir: '/state' });
    expect(used.model.version).to.equal('1.0.0');
    expect(used).to.have.all.keys('stateDir', 'model');
    const wrong = () => resolveSections({ argv: [], env }, ['orthanc']);
    expect(wrong).to.throw(NodeError, 'give both or neither').and.not.match(/web\./);
  });

  it('lists every setting in the help with its variable', () => {
    const help = settingsHelp(SERVE_SETTINGS);
    for (const { flag, variable } of SERVE_SETTINGS) {
      expect(help).to.contain(variable);
      if (flag !== undefined) expect(help).to.contain(`--${flag} `);
    }
  });
});
