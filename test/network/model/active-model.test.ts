import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  activeVersions,
  promoteModel,
  rollBackModel,
} from '../../../src/network/model/active-model.ts';
import { failure } from '../../support/failure.ts';

describe('the model in use', () => {
  let state = '';
  const promote = (configured: string, inPlaceOf: string, version: string): Promise<boolean> =>
    promoteModel(state, configured, { version, inPlaceOf });
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'cinemyops-test-active-'));
  });
  afterEach(() => rm(state, { recursive: true, force: true }));

  it('is the configured one until another is promoted', async () => {
    expect(await activeVersions(state, '1.0')).to.deep.equal(['1.0']);
    await promote('1.0', '1.0', 'night-1');
    await promote('1.0', 'night-1', 'night-2');
    expect(await activeVersions(state, '1.0')).to.deep.equal(['1.0', 'night-1', 'night-2']);
  });

  it('goes back one promotion at a time, down to the configured one', async () => {
    await promote('1.0', '1.0', 'night-1');
    await promote('1.0', 'night-1', 'night-2');
    expect(await rollBackModel(state)).to.deep.equal({ from: 'night-2', to: 'night-1' });
    expect(await rollBackModel(state)).to.deep.equal({ from: 'night-1', to: '1.0' });
    expect((await failure(rollBackModel(state), 'not-found')).message).to.contain('promoted model');
  });

  it('is not replaced by one that was compared with another: somebody went back meanwhile', async () => {
    await promote('1.0', '1.0', 'night-1');
    await rollBackModel(state);
    expect(await promote('1.0', 'night-1', 'night-2')).to.equal(false);
    expect(await activeVersions(state, '1.0')).to.deep.equal(['1.0']);
    expect(await promote('1.0', '1.0', 'night-2')).to.equal(true);
  });

  it('is what the configuration names anew, whatever was promoted over the old one', async () => {
    await promote('1.0', '1.0', 'night-1');
    expect(await activeVersions(state, '2.0')).to.deep.equal(['2.0']);
    await promote('2.0', '2.0', 'night-2');
    expect(await activeVersions(state, '2.0')).to.deep.equal(['2.0', 'night-2']);
  });

  it('says what to do when its file is damaged', async () => {
    await writeFile(join(state, 'active-model.json'), '{"schema":1');
    const { message } = await failure(activeVersions(state, '1.0'), 'state-unreadable');
    expect(message).to.contain('without the file the configured model is in use');
  });
});
