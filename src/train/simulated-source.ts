// Training data from the simulator: one patient a seed, rendered once and kept on disk.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { NodeError } from '../errors.ts';
import { FULL_ANNOTATION } from '../network/targets.ts';
import { acquireSlice } from '../simulate/acquire-slice.ts';
import { createRandom } from '../random.ts';
import { sliceDisplacement } from '../simulate/displacement.ts';
import {
  type Condition,
  CONDITIONS,
  SIMULATOR_VERSION,
  type Style,
  STYLES,
} from '../simulate/parameters.ts';
import { renderSlice } from '../simulate/render-slice.ts';
import type { ScanPlan } from '../simulate/scan.ts';
import { planExam } from '../simulate/simulate.ts';
import type { Subject } from '../simulate/subject.ts';
import type { CineSlice, TrainingSource } from './source.ts';
import { knownMotion, type SliceMotion } from './true-motion.ts';

/** Changes when slices drawn before no longer look as they would be drawn now. */
const CACHE_FORMAT = 2;
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

/** One of so many pixels is looked at to find the brightest thousandth. */
const SAMPLED = 37;

/** `evaluate` judges every model on these. */
const EVALUATION_SEEDS = [9000, 9999] as const;

/** How the patients of a SPEC are drawn. */
interface Choices {
  readonly style: Style;
  /** As often as in a population of patients when absent. */
  readonly condition?: Condition;
}

/** What a SPEC asks for. */
interface Simulation extends Choices {
  readonly seeds: readonly [first: number, last: number];
}

/** What is kept of a slice: frames as a scanner's bytes. */
interface StoredSlice {
  readonly frames: Uint8Array;
  readonly labels: Uint8Array;
  readonly shape: readonly [t: number, y: number, x: number];
  readonly pixelSpacingMm: readonly [number, number];
  readonly endDiastole: number;
  /** Hundredths of a millimetre in place of mm. */
  readonly motion: Omit<SliceMotion, 'mm'> & { readonly hundredths: Int16Array };
}

const SPEC =
  /^simulate:seeds=(?<first>\d{1,9})-(?<last>\d{1,9})(,condition=(?<condition>\w+))?(,style=(?<style>\w+))?$/;

/** @throws {NodeError} `usage` when the text is not understood */
function parseSpec(spec: string): Simulation {
  const groups: Partial<Record<string, string>> = SPEC.exec(spec)?.groups ?? {};
  const [first, last] = [Number(groups['first']), Number(groups['last'])];
  const style = STYLES.find((name) => name === (groups['style'] ?? 'any'));
  const wanted = groups['condition'];
  const condition = CONDITIONS.find((name) => name === wanted);
  if (!(first <= last) || style === undefined || condition !== wanted)
    throw new NodeError(
      'usage',
      `expected simulate:seeds=FIRST-LAST[,condition=${CONDITIONS.join('|')}][,style=${STYLES.join('|')}], got '${spec}'`,
    );
  if (first <= EVALUATION_SEEDS[1] && last >= EVALUATION_SEEDS[0])
    throw new NodeError(
      'usage',
      `seeds ${EVALUATION_SEEDS.join(' to ')} are kept for evaluation, got '${spec}': leave them out, if need be with two --data`,
    );
  return { seeds: [first, last], style, ...(condition !== undefined && { condition }) };
}

interface SimulatedPatient extends Choices {
  readonly seed: number;
}

interface TrainingScan {
  readonly subject: Subject;
  readonly plan: ScanPlan;
}

/** The plan of a training scan: few phases, all of the cycle from near end diastole. */
function planTraining({ seed, ...choices }: SimulatedPatient): TrainingScan {
  const random = createRandom(`training scan ${seed}`);
  const { subject, plan } = planExam(seed, {
    phases: PHASES,
    matrix: random.pick(MATRICES),
    ...choices,
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
let lastPlanned: { readonly identity: string; readonly scan: TrainingScan } | undefined;

/** What tells simulated patients of one version apart. */
const identityOf = ({ seed, style, condition }: SimulatedPatient): string =>
  [seed, style, ...(condition === undefined ? [] : [condition])].join(' ');

function scanOf(patient: SimulatedPatient): TrainingScan {
  const identity = identityOf(patient);
  if (lastPlanned?.identity !== identity) lastPlanned = { identity, scan: planTraining(patient) };
  return lastPlanned.scan;
}

/** Slices that are kept: one at random of each equal part of the stack. */
function sliceIndex(seed: number, part: number, slices: number): number {
  const offset = createRandom(`training scan ${seed}/part ${part}`).next();
  return Math.min(slices - 1, Math.floor(((part + offset) * slices) / SLICES));
}

function render(patient: SimulatedPatient, part: number): StoredSlice {
  const { subject, plan } = scanOf(patient);
  const { seed } = patient;
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
    motion: trueMotion(subject, plan, z),
  };
}

function trueMotion(subject: Subject, plan: ScanPlan, z: number): StoredSlice['motion'] {
  const whole = sliceDisplacement(subject, { plan, z }, 0);
  const { mm, ...box } = knownMotion(whole, [plan.phases, plan.rows, plan.columns]);
  return { ...box, hundredths: new Int16Array(mm.map((value) => Math.round(100 * value))) };
}

/** 8 bits; the brightest thousandth is cut, as scanners do. */
function toBytes(frames: Float32Array): Uint8Array {
  const sample = new Float32Array(Math.ceil(frames.length / SAMPLED));
  for (let k = 0; k < sample.length; k++) sample[k] = frames[k * SAMPLED];
  sample.sort();
  const scale = 255 / Math.max(1e-6, sample[Math.floor(0.999 * (sample.length - 1))]);
  // A loop: Uint8Array.from takes five times as long.
  const bytes = new Uint8Array(frames.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.min(255, Math.round(scale * frames[i]));
  return bytes;
}

function fromStored({
  frames,
  labels,
  shape,
  pixelSpacingMm,
  endDiastole,
  motion: { hundredths, ...box },
}: StoredSlice): CineSlice {
  const size = shape[1] * shape[2];
  return {
    frames: new Float32Array(frames),
    shape,
    pixelSpacingMm,
    cycleShare: 1,
    endDiastole,
    labels: new Map(
      Array.from({ length: shape[0] }, (_, t) => [t, labels.subarray(t * size, (t + 1) * size)]),
    ),
    annotation: FULL_ANNOTATION,
    motion: { ...box, mm: new Float32Array(hundredths).map((value) => value / 100) },
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

/** Opens `simulate:seeds=FIRST-LAST`, optionally with `,condition=` and `,style=` as cine looks (`prior`), at random (`free`) or `any`. */
export async function openSimulatedSource(spec: string, cacheDir: string): Promise<TrainingSource> {
  const {
    seeds: [first, last],
    ...choices
  } = parseSpec(spec);
  await mkdir(cacheDir, { recursive: true });
  // A seed gives another patient under another condition.
  const name = `simulated-${choices.condition === undefined ? '' : `${choices.condition}-`}`;
  const seedOf = new Map(
    Array.from({ length: last - first + 1 }, (_, i) => [`${name}${first + i}`, first + i]),
  );
  return {
    spec,
    patients: [...seedOf.keys()],
    async draw(patient, random) {
      const seed = seedOf.get(patient);
      if (seed === undefined) throw new RangeError('no such patient in this source');
      return drawSlice({ seed, ...choices }, random.integer([0, SLICES - 1]), cacheDir);
    },
  };
}

async function drawSlice(
  patient: SimulatedPatient,
  part: number,
  cacheDir: string,
): Promise<CineSlice> {
  const identity = [
    CACHE_FORMAT,
    SIMULATOR_VERSION,
    process.version,
    identityOf(patient),
    part,
  ].join(' ');
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 24);
  const file = join(cacheDir, `${key}.slice`);
  const stored = await readStored(file);
  if (stored !== undefined) return fromStored(stored);
  const slice = render(patient, part);
  await store(file, slice);
  return fromStored(slice);
}
