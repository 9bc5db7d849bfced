import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openJournal, type Journal } from '../../src/listen/journal.ts';
import { listen } from '../../src/listen/listen.ts';
import { createLog } from '../../src/log.ts';
import { createOrthancClient, type OrthancClient } from '../../src/orthanc/client.ts';
import { openFrontDoor, type FrontDoor } from '../support/front-door.ts';
import { hasOrthanc, startOrthanc, type OrthancProcess } from '../support/orthanc-process.ts';
import { tinyImages, type TinyImage } from '../support/tiny-study.ts';
import { waitFor } from '../support/wait-for.ts';

describe('listen, when Orthanc has trouble with one study', () => {
  let orthanc: OrthancProcess;
  let door: FrontDoor;
  let client: OrthancClient;
  let folder = '';
  let lines: string[] = [];
  let heard: string[] = [];
  let journal: Journal;
  /** The listener's clock: a test moves it on instead of waiting. */
  let nowMs = 0;
  let stop: (() => Promise<void>) | undefined;

  before(async function () {
    if (!hasOrthanc()) return this.skip();
    orthanc = await startOrthanc();
    door = await openFrontDoor(orthanc.url);
    client = createOrthancClient({ ...orthanc, url: door.url, timeoutMs: 2000 });
  });
  after(async () => {
    await (door as FrontDoor | undefined)?.close();
    await (orthanc as OrthancProcess | undefined)?.remove();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-troubled-'));
    [lines, heard, nowMs] = [[], [], Date.now()];
    door.intercept(() => undefined);
  });
  afterEach(async () => {
    await stop?.();
    stop = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function hear(): Promise<void> {
    const log = createLog({ level: 'debug', isTerminal: false, write: (l) => void lines.push(l) });
    journal = await openJournal(folder, log);
    const controller = new AbortController();
    const listening = listen(
      {
        ...{ client, journal, log, now: () => nowMs, software: '1' },
        offer: ({ studyInstanceUid }) => void heard.push(studyInstanceUid),
        onBack: () => Promise.resolve(),
      },
      {
        ...{ pollMs: 50, sweepMs: 3_600_000, backlogMs: Number.POSITIVE_INFINITY },
        signal: controller.signal,
      },
    );
    stop = async () => {
      controller.abort();
      await listening;
    };
  }

  async function send(images: readonly TinyImage[]): Promise<string> {
    for (const { bytes } of images)
      await orthanc.fetch('/instances', { method: 'POST', body: Buffer.from(bytes) });
    const id = await client.findStudy(images[0]?.studyInstanceUid ?? '');
    return id ?? '';
  }

  const stable = (id: string) =>
    waitFor('it to be stable', async () => (await client.study(id)).isStable);
  const sweeps = () => lines.filter((line) => line.includes('sweep done')).length;
  const uid = (images: readonly TinyImage[]) => images[0]?.studyInstanceUid ?? '';

  for (const [kind, answer] of [
    ['refuses a study', { status: 403 }],
    ['fails at a study', { status: 500 }],
    ['answers nonsense for a study', { status: 200, body: '{"ID": 1}' }],
  ] as const) {
    it(`goes on when Orthanc ${kind}, and hears that study later`, async () => {
      await hear();
      await waitFor('the first sweep', () => sweeps() > 0);
      const bad = tinyImages(`bad-${kind}`, { to: 2 });
      const good = tinyImages(`good-${kind}`, { to: 2 });
      const badId = await send(bad);
      door.intercept((_method, path) =>
        path.startsWith(`/studies/${badId}`) ? answer : undefined,
      );
      await waitFor('it to be skipped', () => lines.join('').includes('study skipped'));
      const since = journal.since() ?? 0;
      await send(good);
      await waitFor('the exam after it', () => heard.includes(uid(good)));
      expect(journal.since()).to.be.greaterThan(since);
      expect(heard).not.to.include(uid(bad));
      const skipped = lines.find((line) => line.includes('study skipped')) ?? '';
      expect(skipped).to.contain(badId).and.not.contain(uid(bad));
      door.intercept(() => undefined);
      // Far from the hour after which a sweep would come anyhow.
      nowMs += 60_000;
      await waitFor('the exam that was skipped', () => heard.includes(uid(bad)));
    });
  }

  it('sweeps past it, and tries it again with the next sweep', async () => {
    const [bad, good] = [tinyImages('sweep-bad', { to: 2 }), tinyImages('sweep-good', { to: 2 })];
    const [badId, goodId] = [await send(bad), await send(good)];
    await stable(badId);
    await stable(goodId);
    door.intercept((_method, path) =>
      path.startsWith(`/studies/${badId}`) ? { status: 500 } : undefined,
    );
    await hear();
    await waitFor('the sweep', () => sweeps() > 0);
    expect(heard).to.include(uid(good)).and.not.include(uid(bad));
    door.intercept(() => undefined);
    nowMs += 60_000;
    await waitFor('the exam that was skipped', () => heard.includes(uid(bad)));
  });

  it('sweeps past a study that Orthanc lists without what every study has', async () => {
    const [bad, good] = [tinyImages('list-bad', { to: 2 }), tinyImages('list-good', { to: 2 })];
    const [badId, goodId] = [await send(bad), await send(good)];
    await stable(goodId);
    const list = [{ ID: badId }, await orthanc.get(`/studies/${goodId}`)];
    door.intercept((_method, path) =>
      path === '/tools/find' ? { status: 200, body: JSON.stringify(list) } : undefined,
    );
    await hear();
    await waitFor('the sweep', () => sweeps() > 0);
    expect(heard).to.include(uid(good));
    expect(lines.join('')).to.contain('study skipped').and.to.contain(badId);
  });

  it('takes a note that it may not read for none', async () => {
    const images = tinyImages('secret-note', { to: 2 });
    await stable(await send(images));
    door.intercept((_method, path) => (path.includes('/metadata/') ? { status: 403 } : undefined));
    await hear();
    await waitFor('the exam', () => heard.includes(uid(images)));
    expect(lines.join('')).not.to.contain('study skipped');
  });
});
