// Training data from the simulator: one patient a seed, rendered once and kept on disk.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { NodeError } from '../errors.ts';
import { FULL_ANNOTATION } from '../network/targets.ts';
import { acquireSlice } from '../simulate/acquire-slice.ts';
import { createRandom } from '../random.ts';
import { SIMULATOR_VERSION } from '../simulate/parameters.ts';
import { renderSlice } from '../simulate/render-slice.ts';
import type { ScanPlan } from '../simulate/scan.ts';
import { planExam } from '../simulate/simulate.ts';
import type { Subject } from '../simulate/subject.ts';
import type { CineSlice, TrainingSource } from './source.ts';

/** Changes when slices drawn before no longer look as they would be drawn now. */
const CACHE_FORMAT = 1;
/** Enough to show every tenth of the cycle; each phase costs rendering time. */
const PHASES = 12;
/** Phases of a usual scan, against which temporal blur was drawn. */
const USUAL_PHASES = 25;
/** A coarse scan renders faster; patches are sampled at 1 mm and more. */
const MATRICES = [144, 160, 176, 192, 208] as const;
/** End diastole is found to about this part of the cycle. */
const END_DIASTOLE_ERROR = 0.03;
/** Slices kept of one patient, spread over the stack. */
const SLICES = 4;

interface Simulation {
  readonly seeds: readonly [first: number, last: number];
  readonly cacheDir: string;
}

/** What is kept of a slice: frames as a scanner's bytes. */
interface StoredSlice {
  readonly frames: Uint8Array;
  readonly labels: Uint8Array;
  readonly shape: readonly [t: number, y: number, x: number];
  readonly pixelSpacingMm: readonly [number, number];
  readonly endDiastole: number;
}

/**
 * Reads what follows `simulate:`.
 *
 * @throws {NodeError} `usage` when it is not `seeds=FIRST-LAST`
 */
export function parseSeeds(spec: string): readonly [first: number, last: number] {
  const match = /^simulate:seeds=(\d{1,9})-(\d{1,9})$/.exec(spec);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || first > last)
    throw new NodeError('usage', `expected simulate:seeds=FIRST-LAST, got '${spec}'`);
  return [first, last];
}

interface TrainingScan {
  readonly subject: Subject;
  readonly plan: ScanPlan;
}

/** The plan of a training scan: few phases, all of the cycle from near end diastole. */
function planTraining(seed: number): TrainingScan {
  const random = createRandom(`training scan ${seed}`);
  const { subject, plan } = planExam(seed, {
    phases: PHASES,
    matrix: random.pick(MATRICES),
    startsAtEndDiastole: true,
  });
  return {
    subject,
    plan: {
      ...plan,
      startTime: random.uniform([-END_DIASTOLE_ERROR, END_DIASTOLE_ERROR]),
      // Each phase stands for more of the cycle here, but gathers as long as in a usual scan.
      temporalBlur: (plan.temporalBlur * PHASES) / USUAL_PHASES,
    },
  };
}

/** Planning takes as long as half a slice, and the slices of a patient are often drawn together. */
let lastPlanned: { readonly seed: number; readonly scan: TrainingScan } | undefined;

function scanOf(seed: number): TrainingScan {
  if (lastPlanned?.seed !== seed) lastPlanned = { seed, scan: planTraining(seed) };
  return lastPlanned.scan;
}

/** Slices that are kept: one at random of each equal part of the stack. */
function sliceIndex(seed: number, part: number, slices: number): number {
  const offset = createRandom(`training scan ${seed}/part ${part}`).next();
  return Math.min(slices - 1, Math.floor(((part + offset) * slices) / SLICES));
}

function render(seed: number, part: number): StoredSlice {
  const { subject, plan } = scanOf(seed);
  const z = sliceIndex(seed, part, plan.planes.length);
  const slice = renderSlice(subject, plan, z);
  const noise = createRandom(`training scan ${seed}/noise ${z}`);
  const frames = acquireSlice(noise, subject, { plan, z, slice });
  return {
    frames: toBytes(frames),
    labels: slice.labels,
    shape: [plan.phases, plan.rows, plan.columns],
    pixelSpacingMm: plan.pixelSpacingMm,
    endDiastole: 0,
  };
}

/** 8 bits; the brightest thousandth is cut, as scanners do. */
function toBytes(frames: Float32Array): Uint8Array {
  const sample = frames.filter((_, i) => i % 37 === 0).sort();
  const top = Math.max(1e-6, sample[Math.floor(0.999 * (sample.length - 1))]);
  return Uint8Array.from(frames, (v) => Math.min(255, Math.round((255 * v) / top)));
}

function fromStored({
  frames,
  labels,
  shape,
  pixelSpacingMm,
  endDiastole,
}: StoredSlice): CineSlice {
  const size = shape[1] * shape[2];
  return {
    frames: Float32Array.from(frames),
    shape,
    pixelSpacingMm,
    cycleShare: 1,
    endDiastole,
    labels: new Map(
      Array.from({ length: shape[0] }, (_, t) => [t, labels.subarray(t * size, (t + 1) * size)]),
    ),
    annotation: FULL_ANNOTATION,
  };
}

async function readStored(file: string): Promise<StoredSlice | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  // Only this program writes here, whole files only; another Node may have another serialisation.
  return deserialize(bytes) as StoredSlice;
}

async function store(file: string, slice: StoredSlice): Promise<void> {
  // Another thread or run may store the same slice at the same time.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, serialize(slice));
  await rename(draft, file);
}

/** Opens `simulate:seeds=FIRST-LAST`. */
export async function openSimulatedSource(spec: string, cacheDir: string): Promise<TrainingSource> {
  const simulation: Simulation = { seeds: parseSeeds(spec), cacheDir };
  await mkdir(cacheDir, { recursive: true });
  const [first, last] = simulation.seeds;
  return {
    spec,
    patients: Array.from({ length: last - first + 1 }, (_, i) => `simulated-${first + i}`),
    draw: (patient, random) => drawSlice(simulation, patient, random.integer([0, SLICES - 1])),
  };
}

async function drawSlice(
  { cacheDir }: Simulation,
  patient: string,
  part: number,
): Promise<CineSlice> {
  const seed = Number(patient.replace('simulated-', ''));
  const key = createHash('sha256').update(
    `${CACHE_FORMAT} ${SIMULATOR_VERSION} ${process.version} ${seed} ${part}`,
  );
  const file = join(cacheDir, `${key.digest('hex').slice(0, 24)}.slice`);
  const stored = await readStored(file);
  if (stored !== undefined) return fromStored(stored);
  const slice = render(seed, part);
  await store(file, slice);
  return fromStored(slice);
}
