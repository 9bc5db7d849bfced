import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCli } from '../support/run-cli.ts';

describe('commands other than serve in the environment that the image sets', () => {
  let folder = '';
  const inImage = (...args: string[]) =>
    runCli(args, { CINEMYOPS_STATE_DIR: folder, CINEMYOPS_WEB_HOST: '0.0.0.0' });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cinemyops-image-'));
  });
  after(() => rm(folder, { recursive: true }));

  const calls: readonly (readonly [string, () => string[], string])[] = [
    ['process', () => ['process', folder, '--out', folder, '--model=nope'], "model 'nope'"],
    ['evaluate', () => ['evaluate', '--data', `dicom:${folder}`, '--model=nope'], "model 'nope'"],
    ['model rollback', () => ['model', 'rollback'], 'expected a promoted model'],
  ];
  for (const [name, args, answer] of calls) {
    it(`${name} asks for no password of the status page`, async () => {
      const { stderr } = await inImage(...args());
      expect(stderr).to.contain(answer).and.not.contain('web.password');
    });
  }
});
