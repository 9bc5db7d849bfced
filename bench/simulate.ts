// How fast the simulator is: npx tsx bench/simulate.ts [slices]. One thread; a pool of worker
// threads multiplies it, since a slice is a pure function of its seed.
import { simulateSlice } from '../src/simulate/simulate.ts';

const count = Number(process.argv[2] ?? 20);
const warmUp = 4;
const phases = 25;

let start = performance.now();
let cpu = process.cpuUsage();
for (let seed = 0; seed < warmUp + count; seed++) {
  if (seed === warmUp) {
    start = performance.now();
    cpu = process.cpuUsage();
  }
  simulateSlice(
    seed,
    { share: 0.5 },
    { phases, matrix: 160, pixelSpacingMm: [1.2, 1.2], isCentred: true },
  );
}
const { user, system } = process.cpuUsage(cpu);
const wallMs = (performance.now() - start) / count;
const cpuMs = (user + system) / 1000 / count;
console.log(`slices of ${phases} phases, 160 x 160 at 1.2 mm, a new patient each`);
console.log(`${wallMs.toFixed(0)} ms a slice (${cpuMs.toFixed(0)} ms of CPU)`);
