import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `docker compose`, or the older program of its own; undefined where neither is installed. */
function composeCommand(): readonly string[] | undefined {
  return [['docker', 'compose'], ['docker-compose']].find(
    ([command = '', ...args]) => spawnSync(command, [...args, 'version']).status === 0,
  );
}

describe('docker-compose.yml', () => {
  for (const profiles of [[], ['gpu'], ['postgres'], ['gpu', 'postgres']])
    it(`is accepted with ${profiles.join(' and ') || 'no'} profile`, function () {
      const found = composeCommand();
      if (found === undefined) this.skip();
      const [command = '', ...args] = found;
      const flags = profiles.flatMap((profile) => ['--profile', profile]);
      const run = spawnSync(command, [...args, ...flags, 'config', '--quiet'], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      expect(run.stderr).to.equal('');
      expect(run.status).to.equal(0);
    });
});
