// `npm run bench`: the stages of one exam against a real Orthanc on loopback, and peak memory.
//
// The exam is SCD0000101 of ../shared where that is there, else a simulated one. The first of the
// runs warms the compiler up and is not counted; the table gives medians.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openNetwork } from '../src/commands/open-network.ts';
import { resolveSections } from '../src/config.ts';
import { deliver } from '../src/deliver/deliver.ts';
import { readFrames } from '../src/dicom/read-frames.ts';
import { groupCine } from '../src/group/group.ts';
import { inferExam } from '../src/infer/infer.ts';
import { measureExam } from '../src/measure/measure.ts';
import { createDicomWebStore } from '../src/orthanc/dicomweb.ts';
import { retrieveSeries } from '../src/orthanc/retrieve-series.ts';
import { fingerprintOf } from '../src/pipeline.ts';
import type { InputInstance } from '../src/result.ts';
import { SOFTWARE } from '../src/software.ts';
import { writeResults } from '../src/write/write.ts';
import { startOrthanc, type OrthancProcess } from '../test/support/orthanc-process.ts';
import { hasSharedData, readSharedExam } from '../test/support/shared-data.ts';
import { simulateExam } from '../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../src/simulate/write-simulated-exam.ts';

const STAGES = [
  'fetch',
  'parse',
  'group',
  'locate',
  'infer',
  'measure',
  'write',
  'store',
  'total',
] as const;
type Stage = (typeof STAGES)[number];

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, model: { type: 'string' } },
});

/** Runs one stage and adds its time. */
async function timed<T>(
  times: Map<Stage, number>,
  stage: Stage,
  work: () => T,
): Promise<Awaited<T>> {
  const start = performance.now();
  const result = await work();
  times.set(stage, (times.get(stage) ?? 0) + performance.now() - start);
  return result;
}

async function sendExam(
  orthanc: OrthancProcess,
  instances: readonly InputInstance[],
): Promise<void> {
  for (const { bytes } of instances) {
    const answer = await orthanc.fetch('/instances', { method: 'POST', body: Buffer.from(bytes) });
    if (!answer.ok) throw new Error(`Orthanc answered ${answer.status} to an instance`);
  }
}

async function measureOnce(
  orthanc: OrthancProcess,
  network: Awaited<ReturnType<typeof openNetwork>>,
  series: readonly { studyInstanceUid: string; seriesInstanceUid: string }[],
): Promise<Map<Stage, number>> {
  const times = new Map<Stage, number>();
  const { url, user, password } = orthanc;
  const connection = { url, user, password, timeoutMs: 60_000 };
  const start = performance.now();
  const instances = await timed(times, 'fetch', async () => {
    const all: InputInstance[] = [];
    for (const address of series) {
      all.push(...(await retrieveSeries(connection, address, { dicomWebRoot: '/dicom-web' })));
    }
    return all;
  });
  const read = await timed(times, 'parse', () => readFrames(instances));
  const exam = await timed(times, 'group', () => groupCine({ ...read, waitIsOver: true }));
  const inferStart = performance.now();
  const segmentation = await inferExam(exam, network, (stage, done, total) => {
    if (stage === 'locate' && done === total) times.set('locate', performance.now() - inferStart);
  });
  times.set('infer', performance.now() - inferStart - (times.get('locate') ?? 0));
  const measurements = await timed(times, 'measure', () => measureExam(exam, segmentation));
  const fingerprint = fingerprintOf(exam);
  const objects = await timed(times, 'write', () =>
    writeResults({ exam, segmentation, measurements, fingerprint, software: SOFTWARE }),
  );
  const store = createDicomWebStore({ ...connection, url: `${url}/dicom-web` });
  await timed(times, 'store', () => deliver(objects, store));
  times.set('total', performance.now() - start);
  for (const { sopInstanceUid } of objects) await removeInstance(orthanc, sopInstanceUid);
  return times;
}

/** So that the next run stores anew. */
async function removeInstance(orthanc: OrthancProcess, sopInstanceUid: string): Promise<void> {
  const answer = await orthanc.fetch('/tools/lookup', { method: 'POST', body: sopInstanceUid });
  for (const { Path } of (await answer.json()) as { Path: string }[]) {
    await orthanc.fetch(Path, { method: 'DELETE' });
  }
}

function printTable(runs: readonly Map<Stage, number>[]): void {
  const median = (stage: Stage) =>
    runs.map((r) => r.get(stage) ?? 0).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)];
  for (const stage of STAGES)
    console.log(`${stage.padEnd(10)} ${median(stage).toFixed(0).padStart(8)} ms`);
  const early = median('fetch') + median('parse') + median('group');
  const rest = median('total') - median('infer') - median('locate');
  console.log(`\nfetch + parse + group       ${early.toFixed(0).padStart(6)} ms  (target < 1000)`);
  console.log(`all but locate and infer    ${rest.toFixed(0).padStart(6)} ms  (target < 3000)`);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(`peak memory                 ${peakMb.toFixed(0).padStart(6)} MB`);
}

const exam = hasSharedData
  ? readSharedExam('SCD0000101')
  : writeSimulatedExam(simulateExam(1), 'ge');
const seriesUids = new Map(
  readFrames(exam).frames.map((f) => [
    f.source.seriesInstanceUid,
    { studyInstanceUid: f.studyInstanceUid, seriesInstanceUid: f.source.seriesInstanceUid },
  ]),
);
const io = {
  stdout: () => undefined,
  stderr: () => undefined,
  env: {},
  isTerminal: false,
  signal: new AbortController().signal,
};
const argv = values.model === undefined ? [] : [`--model=${values.model}`];
const network = await openNetwork(resolveSections({ argv, env: {} }, ['model']).model, io);
const orthanc = await startOrthanc();
try {
  await sendExam(orthanc, exam);
  const runs: Map<Stage, number>[] = [];
  for (let run = 0; run <= Number(values.runs); run++) {
    runs.push(await measureOnce(orthanc, network, [...seriesUids.values()]));
  }
  const name = hasSharedData ? 'SCD0000101' : 'simulated exam';
  console.log(
    `${name}, ${exam.length} instances; model ${network.identity.version} on ${network.session.device}; ` +
      `${cpus().length} x ${cpus()[0].model}; Node ${process.version}; median of ${values.runs} runs after a warm-up\n`,
  );
  printTable(runs.slice(1));
} finally {
  await network.session.release();
  await orthanc.remove();
}
