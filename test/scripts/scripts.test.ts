import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a POSIX system has; neither npm nor Debian's package tools. */
const POSIX_TOOLS = ['sh', 'cat', 'cksum', 'dirname', 'id', 'mktemp', 'od', 'rm', 'sed', 'tail'];
const MORE_TOOLS = ['chmod', 'mkdir', 'tr', 'head', 'ls'];

describe('scripts', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-scripts-'));
    cpSync(join(ROOT, 'scripts'), join(folder, 'scripts'), { recursive: true });
    writeFileSync(join(folder, 'package-lock.json'), '{}\n');
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const tool of [...POSIX_TOOLS, ...MORE_TOOLS]) {
      const found = ['/bin', '/usr/bin'].map((d) => join(d, tool)).find((path) => existsSync(path));
      if (found !== undefined) symlinkSync(found, join(bin, tool));
    }
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (script: string, ...args: readonly string[]) =>
    spawnSync('sh', [join(folder, 'scripts', script), ...args], {
      encoding: 'utf8',
      env: { PATH: join(folder, 'bin') },
    });

  /** As after an installation: the stamp names the lock file. */
  function pretendPackagesAreInstalled(): void {
    mkdirSync(join(folder, 'node_modules'));
    const { stdout } = spawnSync('cksum', ['package-lock.json'], { cwd: folder, encoding: 'utf8' });
    writeFileSync(join(folder, 'node_modules', '.package-lock.sha'), stdout);
  }

  describe('test.sh', () => {
    it('runs every step and closes with the counts when nothing can be installed', () => {
      const { status, stdout, stderr } = run('test.sh');
      expect(stderr).to.contain('npm is missing');
      for (const step of ['npm packages', 'Types', 'Lint', 'Format', 'Unit tests', 'End-to-end'])
        expect(stdout).to.contain(`== ${step}`);
      expect(stdout.trimEnd().split('\n').at(-1)).to.equal('0 passed, 6 failed');
      expect(status).to.equal(1);
    });

    it('closes with the counts when it is interrupted', () => {
      writeFileSync(join(folder, 'scripts', 'install.sh'), 'kill -TERM $$\n');
      const { status, stdout } = run('test.sh');
      expect(stdout.trimEnd().split('\n').at(-1)).to.equal('0 passed, 1 failed');
      expect(status).to.equal(1);
    });
  });

  describe('demo.sh', () => {
    it('says how to go on with Docker where Orthanc cannot be installed, and exits 2', () => {
      pretendPackagesAreInstalled();
      const { status, stderr } = run('demo.sh', '--once');
      expect(stderr).to.contain('no Debian or Ubuntu machine');
      expect(stderr).to.contain('docker compose up');
      expect(status).to.equal(2);
    });
  });

  describe('install.sh', () => {
    it('installs no npm packages when these are up to date', () => {
      pretendPackagesAreInstalled();
      const script = `cd ${folder} && . scripts/install.sh && install_npm_packages`;
      const env = { PATH: join(folder, 'bin') };
      const { status, stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env });
      expect([status, stdout]).to.deep.equal([0, '']);
    });

    it('names the missing Debian packages to somebody who is not root', function () {
      if (!existsSync('/usr/bin/dpkg-query')) this.skip();
      const script = '. scripts/install.sh && install_debian_packages dpkg no-such-package-here';
      const nobody = process.getuid?.() === 0 ? { uid: 65534 } : {};
      // The folder of mkdtemp is for its owner alone.
      const { status, stderr } = spawnSync('sh', ['-c', script], {
        cwd: ROOT,
        encoding: 'utf8',
        ...nobody,
      });
      expect(stderr).to.contain('as root: apt-get install no-such-package-here');
      expect(status).to.equal(1);
    });
  });

  describe('orthanc/start.sh', () => {
    const start = (env: Readonly<Record<string, string>>) =>
      spawnSync('sh', [join(ROOT, 'orthanc', 'start.sh')], {
        encoding: 'utf8',
        env: { PATH: join(folder, 'bin'), ...env },
      });

    it('starts nothing without passwords, and names the variable', () => {
      const none = start({});
      expect(none.stderr).to.contain('set ORTHANC_PASSWORD or ORTHANC_PASSWORD_FILE');
      expect(none.status).to.equal(2);
      const one = start({ ORTHANC_PASSWORD: 'x' });
      expect(one.stderr).to.contain('set CINEMYOPS_WEB_PASSWORD or CINEMYOPS_WEB_PASSWORD_FILE');
      expect(one.status).to.equal(2);
    });

    it('says that the file of a password cannot be read, and does not print its path', () => {
      const { stderr, status } = start({ ORTHANC_PASSWORD_FILE: join(folder, 'nowhere') });
      expect(stderr).to.contain('ORTHANC_PASSWORD_FILE names a file that cannot be read');
      expect(stderr).to.not.contain('nowhere');
      expect(status).to.equal(2);
    });
  });

  describe('make-secrets.sh', () => {
    it('makes a password for each secret once, in a folder for its owner alone', () => {
      expect(run('make-secrets.sh').status).to.equal(0);
      const secrets = join(folder, 'secrets');
      const names = ['node_password', 'orthanc_password', 'postgres_password'];
      expect(readdirSync(secrets).toSorted()).to.deep.equal(names);
      expect(statSync(secrets).mode & 0o077).to.equal(0);
      const before = names.map((name) => statSync(join(secrets, name)));
      expect(before.map(({ size }) => size)).to.deep.equal([36, 36, 36]);
      expect(run('make-secrets.sh').status).to.equal(0);
      const after = names.map((name) => statSync(join(secrets, name)));
      expect(after.map(({ mtimeMs }) => mtimeMs)).to.deep.equal(before.map((s) => s.mtimeMs));
    });
  });
});
