// How fast training slices are simulated: npx tsx bench/simulate.ts [patients] [processes]. Every patient is built anew
// and four slices of each are rendered, as `train` does; the processes share the patients.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createRandom } from '../src/random.ts';
import { openSimulatedSource } from '../src/train/simulated-source.ts';

const [patients = 40, processes = availableParallelism(), share = -1] = process.argv
  .slice(2)
  .map(Number);
/** Patients before those that are timed: what is not yet compiled is slow. */
const WARM_UP = 3;
const SLICES = 4;

interface Times {
  readonly slices: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Renders the patients of one process, to an empty folder. */
async function render(): Promise<Times> {
  const folder = await mkdtemp(join(tmpdir(), 'cinemyops-bench-'));
  try {
    const source = await openSimulatedSource(`simulate:seeds=1-${WARM_UP + patients}`, folder);
    let [slices, start, cpu] = [0, performance.now(), process.cpuUsage()];
    for (const [i, patient] of source.patients.entries()) {
      if (i === WARM_UP) [slices, start, cpu] = [0, performance.now(), process.cpuUsage()];
      if (i >= WARM_UP && i % processes !== share) continue;
      for (let part = 0; part < SLICES; part++)
        await source.draw(patient, { ...createRandom('slice'), integer: () => part });
      slices += SLICES;
    }
    const { user, system } = process.cpuUsage(cpu);
    return { slices, wallMs: performance.now() - start, cpuMs: (user + system) / 1000 };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function renderInProcess(index: number): Promise<Times> {
  const args = [fileURLToPath(import.meta.url), patients, processes, index].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, ...args]);
  return JSON.parse(stdout) as Times;
}

if (share >= 0) console.log(JSON.stringify(await render()));
else {
  const times = await Promise.all(Array.from({ length: processes }, (_, i) => renderInProcess(i)));
  const slices = times.reduce((sum, time) => sum + time.slices, 0);
  const cpuMs = times.reduce((sum, time) => sum + time.cpuMs, 0) / slices;
  const rate = times.reduce((sum, time) => sum + (1000 * time.slices) / time.wallMs, 0);
  console.log(`${slices} training slices of 12 phases, whole scans, four of each patient`);
  console.log(`${rate.toFixed(1)} slices a second in ${processes} processes`);
  console.log(`${cpuMs.toFixed(0)} ms of CPU a slice`);
}
