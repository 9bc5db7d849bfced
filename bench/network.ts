// `npm run bench:network`: times of the network on onnxruntime against the machine's rate of matrix products.
//
// Each row runs in a process of its own, so that its peak memory is its own. The best of the timed runs counts: on a
// shared machine the others tell of its other work.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type Architecture,
  doublingWidths,
  RELEASED_ARCHITECTURE,
} from '../src/network/architecture.ts';
import { cinemyops } from '../src/network/cinemyops.ts';
import { matMul, staticShape } from '../src/network/onnx/emit.ts';
import { Graph, type GraphTensor } from '../src/network/onnx/graph.ts';
import { graphOps } from '../src/network/onnx/graph-ops.ts';
import { buildInferenceModels } from '../src/network/onnx/inference-models.ts';
import { encodeOnnx } from '../src/network/onnx/onnx-format.ts';
import { openSession } from '../src/network/onnx/open-session.ts';
import { createOnnxTrainingEngine } from '../src/network/onnx/training-engine.ts';
import { initialParameters, parameterSpecs } from '../src/network/parameters.ts';
import { DEVICE_CHOICES, type DeviceChoice } from '../src/network/session.ts';
import { RELEASED_SETTINGS } from '../src/network/training-step.ts';
import { createRandom } from '../src/random.ts';
import { smallBatch, waves } from '../test/support/small-network.ts';

const SIZE = 96;

interface Row {
  readonly work: 'forward' | 'step';
  readonly headBase: number;
  readonly frames: number;
  readonly slices: number;
}

interface RunTime {
  readonly ms: number;
  /** Of all threads together: what the run costs, whatever else the machine does. */
  readonly cpuMs: number;
}

interface Timing extends RunTime {
  readonly peakMb: number;
}

const ROWS: readonly Row[] = (['forward', 'step'] as const).flatMap((work) =>
  [32, 16].flatMap((headBase) =>
    [17, 6].flatMap((frames) => [1, 8].map((slices) => ({ work, headBase, frames, slices }))),
  ),
);

const { values: flags } = parseArgs({
  options: {
    row: { type: 'string' },
    runs: { type: 'string', default: '5' },
    device: { type: 'string', default: 'cpu' },
    only: { type: 'string' },
  },
});
const runs = Number(flags.runs);
const device = DEVICE_CHOICES.find((known) => known === flags.device) ?? 'cpu';

const architectureOf = (headBase: number): Architecture => ({
  ...RELEASED_ARCHITECTURE,
  headWidths: doublingWidths(headBase, 10 * headBase),
});

/** Least of the runs after one that is not counted. */
async function fastest(run: () => Promise<unknown>): Promise<RunTime> {
  await run();
  let [ms, cpuMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < runs; i++) {
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    await run();
    const { user, system } = process.cpuUsage(cpuStart);
    ms = Math.min(ms, performance.now() - start);
    cpuMs = Math.min(cpuMs, (user + system) / 1000);
  }
  return { ms, cpuMs };
}

/** Floating-point operations of the convolutions of one forward pass. */
function forwardFlops({ headBase, frames, slices }: Row): number {
  const graph = new Graph();
  const ops = graphOps(graph);
  const architecture = architectureOf(headBase);
  let flops = 0;
  const count = (x: GraphTensor, weight: GraphTensor, stride: number): void => {
    const [b, , h, w] = staticShape(x);
    const taps = staticShape(weight).reduce((product, size) => product * size, 1);
    flops += (2 * b * h * w * taps) / stride ** 2;
  };
  const counting = {
    ...ops,
    conv2d: (...[x, weight, options]: Parameters<typeof ops.conv2d>) => {
      count(x, weight, options?.stride ?? 1);
      return ops.conv2d(x, weight, options);
    },
    convTranspose2x2: (...[x, weight]: Parameters<typeof ops.convTranspose2x2>) => {
      count(x, weight, 1);
      return ops.convTranspose2x2(x, weight);
    },
  };
  const shapes = new Map(parameterSpecs(architecture).map(({ name, shape }) => [name, shape]));
  const parameter = (name: string): GraphTensor => graph.input(name, shapes.get(name) ?? []);
  const cine = graph.input('cine', [slices, frames, SIZE, SIZE]);
  cinemyops({ ops: counting, architecture, parameter }, cine);
  return flops;
}

async function timeForward(
  { headBase, frames, slices }: Row,
  choice: DeviceChoice,
): Promise<RunTime> {
  const architecture = architectureOf(headBase);
  const random = createRandom('bench');
  const parameters = initialParameters(architecture, random.normal);
  const models = buildInferenceModels(architecture, parameters);
  const session = await openSession({ architecture, ...models }, choice);
  const shape = [slices, frames, SIZE, SIZE] as const;
  const cine = waves(shape, random);
  const time = await fastest(() => session.runCine(cine, shape));
  await session.release();
  return time;
}

async function timeStep({ headBase, frames, slices }: Row): Promise<RunTime> {
  const architecture = architectureOf(headBase);
  const parameters = initialParameters(architecture, createRandom('bench').normal);
  const training = createOnnxTrainingEngine(
    { architecture, parameters },
    device === 'auto' ? 'cpu' : device,
  );
  const batch = {
    ...smallBatch([slices, frames, SIZE, SIZE]),
    sampledFrames: Array.from({ length: slices }, () => [0, 1, 2, 3, 4]),
  };
  const time = await fastest(() => training.step(batch, RELEASED_SETTINGS));
  await training.release();
  return time;
}

/** Rate of a 2048 x 2048 matrix product, GFLOP/s. */
async function matrixProductRate(): Promise<number> {
  const size = 2048;
  const graph = new Graph();
  const [a, b] = ['a', 'b'].map((name) => graph.input(name, [size, size]));
  graph.output('c', matMul(graph, a, b), [size, size]);
  const session = await InferenceSession.create(encodeOnnx(graph.finish()));
  const matrix = new Tensor('float32', new Float32Array(size * size).fill(0.5), [size, size]);
  const { ms } = await fastest(() => session.run({ a: matrix, b: matrix }));
  await session.release();
  return (2 * size ** 3) / ms / 1e6;
}

async function timeInOwnProcess(row: Row): Promise<Timing> {
  const script = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    script,
    ...['--row', JSON.stringify(row), '--runs', String(runs), '--device', device],
  ]);
  return JSON.parse(stdout) as Timing;
}

async function timeRow(row: Row): Promise<void> {
  const time = row.work === 'forward' ? await timeForward(row, device) : await timeStep(row);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ...time, peakMb } satisfies Timing));
}

async function printTable(): Promise<void> {
  const before = await matrixProductRate();
  console.log(`${availableParallelism()} cores, device ${device}, ${SIZE} x ${SIZE} images`);
  console.log(`matrix product 2048: ${before.toFixed(0)} GFLOP/s before`);
  console.log('work     base   T  slices       ms    cpu ms   GFLOP/s   peak MB');
  for (const row of ROWS.filter(({ work }) => flags.only === undefined || work === flags.only)) {
    const { ms, cpuMs, peakMb } = await timeInOwnProcess(row);
    // A step is the forward pass and, for every convolution, two products of the same size.
    const flops = forwardFlops(row) * (row.work === 'step' ? 3 : 1);
    const cells = [
      row.work.padEnd(8),
      String(row.headBase).padStart(4),
      String(row.frames).padStart(3),
      String(row.slices).padStart(7),
      ms.toFixed(0).padStart(8),
      cpuMs.toFixed(0).padStart(9),
      (flops / ms / 1e6).toFixed(0).padStart(9),
      peakMb.toFixed(0).padStart(9),
    ];
    console.log(cells.join(' '));
  }
  const after = await matrixProductRate();
  console.log(`matrix product 2048: ${after.toFixed(0)} GFLOP/s after`);
}

if (flags.row === undefined) await printTable();
else await timeRow(JSON.parse(flags.row) as Row);
