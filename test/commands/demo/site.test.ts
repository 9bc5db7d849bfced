import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../../src/commands/demo/free-port.ts';
import { prepareSite } from '../../../src/commands/demo/site.ts';
import { NodeError } from '../../../src/errors.ts';

describe("the demo's site", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-demo-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('begins anew in a folder that an earlier demo made', async () => {
    mkdirSync(join(folder, 'orthanc'));
    writeFileSync(join(folder, 'orthanc', 'index'), 'old');
    const { folders } = await prepareSite(folder, {});
    expect(existsSync(join(folders.orthanc, 'index'))).to.equal(false);
    expect(existsSync(folders.logs)).to.equal(true);
  });

  it('touches no folder that holds anything else', async () => {
    writeFileSync(join(folder, 'thesis.tex'), 'x');
    let failure: unknown;
    try {
      await prepareSite(folder, {});
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(NodeError);
    expect((failure as NodeError).code).to.equal('usage');
    expect(existsSync(join(folder, 'thesis.tex'))).to.equal(true);
    expect(existsSync(join(folder, 'orthanc'))).to.equal(false);
  });

  it('keeps settings of the surroundings out, but for the model and its device', async () => {
    const { env } = await prepareSite(folder, {
      PATH: '/bin',
      CINEMYOPS_DEVICE: 'cpu',
      CINEMYOPS_CONFIG: '/etc/hospital.json',
      ORTHANC_REMOTE_ACCESS: 'true',
      ORTHANC_PASSWORD_FILE: '/etc/secret',
    });
    expect(env).to.include({ PATH: '/bin', CINEMYOPS_DEVICE: 'cpu', ORTHANC_USER: 'demo' });
    for (const name of ['CINEMYOPS_CONFIG', 'ORTHANC_REMOTE_ACCESS', 'ORTHANC_PASSWORD_FILE'])
      expect(Object.keys(env)).to.not.include(name);
  });

  it('has new passwords each time', async () => {
    const [first, second] = [await prepareSite(folder, {}), await prepareSite(folder, {})];
    expect(first.orthancPassword).to.not.equal(second.orthancPassword);
    expect(first.orthancPassword).to.not.equal(first.nodePassword);
  });
});

describe('freePort', () => {
  it('gives the port wanted when nobody has it, and another when somebody does', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const other = await freePort(port);
    expect(other).to.not.equal(port);
    server.close();
    await once(server, 'close');
    expect(await freePort(port)).to.equal(port);
  });
});
