// Simulated cine exams: pure functions of a seed.
import type { LabelVolume } from '../labels.ts';
import type { Shape4D, Volume4D } from '../volume.ts';
import { silentProgress, type Progress } from '../progress.ts';
import { acquireSlice } from './acquire-slice.ts';
import type { Condition, Style } from './parameters.ts';
import { createRandom } from '../random.ts';
import { renderSlice } from './render-slice.ts';
import { phaseTime, planScan, type ScanOptions, type ScanPlan } from './scan.ts';
import { drawSubject, type Subject } from './subject.ts';
import { heartTruth, type HeartTruth } from './truth.ts';

export interface SimulateOptions extends ScanOptions {
  readonly condition?: Condition;
  readonly style?: Style;
  readonly progress?: Progress;
}

/** One exam with everything that is true of it. */
export interface SimulatedExam {
  readonly seed: number;
  readonly subject: Subject;
  readonly plan: ScanPlan;
  /** Whole numbers, as a scanner stores them. */
  readonly volume: Volume4D;
  /** `[T, Z, Y, X]`, values of TASK_LABEL at every phase. */
  readonly labels: LabelVolume;
  /** 0-based phase nearest to end diastole, to end systole. */
  readonly endDiastole: number;
  readonly endSystole: number;
  readonly truth: HeartTruth;
}

/** Draws who is scanned and how, without rendering anything. */
export function planExam(
  seed: number,
  options: SimulateOptions = {},
): { subject: Subject; plan: ScanPlan } {
  const random = createRandom(`exam ${seed}`);
  const subject = drawSubject(random.fork('subject'), options);
  return { subject, plan: planScan(random.fork('scan'), subject, options) };
}

/** Phase whose time is nearest to `time`, a fraction of R-R after end diastole. */
function nearestPhase(plan: ScanPlan, time: number): number {
  const gaps = Array.from({ length: plan.phases }, (_, t) => {
    const gap = phaseTime(plan, t) - time;
    return Math.abs(gap - Math.round(gap));
  });
  return gaps.indexOf(Math.min(...gaps));
}

/** Scales to the scanner's whole numbers; the brightest thousandth is cut off, as scanners do. */
function quantise(voxels: Float32Array, greatest: number): void {
  const sample = voxels.filter((_, i) => i % 37 === 0).sort();
  const top = sample[Math.floor(0.9995 * (sample.length - 1))];
  for (let i = 0; i < voxels.length; i++)
    voxels[i] = Math.min(greatest, Math.round((voxels[i] / top) * greatest));
}

function triggerTimes(plan: ScanPlan): Float64Array {
  const times = new Float64Array(plan.phases * plan.planes.length);
  for (let t = 0; t < plan.phases; t++)
    for (let z = 0; z < plan.planes.length; z++)
      times[t * plan.planes.length + z] = (t / plan.phases) * plan.rrIntervalsMs[z];
  return times;
}

/**
 * Simulates a short-axis cine exam.
 *
 * @param seed - the same seed and options give the same exam, byte for byte
 */
export function simulateExam(seed: number, options: SimulateOptions = {}): SimulatedExam {
  const steps = simulateSteps(seed, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** As `simulateExam`, and stops before each slice, where a caller can do something else. */
export function* simulateSteps(
  seed: number,
  options: SimulateOptions = {},
): Generator<undefined, SimulatedExam> {
  const { subject, plan } = planExam(seed, options);
  const noise = createRandom(`exam ${seed}/noise`);
  const shape: Shape4D = [plan.phases, plan.planes.length, plan.rows, plan.columns];
  const size = plan.rows * plan.columns;
  const voxels = new Float32Array(shape[0] * shape[1] * size);
  const labels = new Uint8Array(voxels.length);
  const progress = options.progress ?? silentProgress;
  for (let z = 0; z < shape[1]; z++) {
    progress('simulate', z, shape[1]);
    yield;
    const slice = renderSlice(subject, plan, z);
    const frames = acquireSlice(noise.fork(`slice ${z}`), subject, { plan, z, slice });
    for (let t = 0; t < plan.phases; t++) {
      const at = (t * shape[1] + z) * size;
      voxels.set(frames.subarray(t * size, (t + 1) * size), at);
      labels.set(slice.labels.subarray(t * size, (t + 1) * size), at);
    }
  }
  progress('simulate', shape[1], shape[1]);
  quantise(voxels, subject.appearance.greatest);
  const truth = heartTruth(subject.heart);
  return {
    seed,
    subject,
    plan,
    volume: {
      voxels,
      shape,
      planes: plan.planes,
      pixelSpacingMm: plan.pixelSpacingMm,
      sliceThicknessMm: plan.sliceThicknessMm,
      triggerTimesMs: triggerTimes(plan),
    },
    labels: { labels, shape },
    endDiastole: nearestPhase(plan, 0),
    endSystole: nearestPhase(plan, truth.endSystole),
    truth,
  };
}

/** One slice of an exam, for training: the frames are not quantised. */
export interface SimulatedSlice {
  readonly subject: Subject;
  readonly plan: ScanPlan;
  readonly z: number;
  /** `[T, Y, X]`, LV blood about 1. */
  readonly frames: Float32Array;
  /** `[T, Y, X]`, values of TASK_LABEL. */
  readonly labels: Uint8Array;
  /** 0-based phase nearest to end diastole. */
  readonly endDiastole: number;
}

/**
 * Simulates a single slice of the exam that `simulateExam` would give for the same seed and options;
 * `matrix`, `pixelSpacingMm` and `isCentred` crop it.
 *
 * @param where - slice index, or a share of the stack from 0 (first) to 1 (last)
 */
export function simulateSlice(
  seed: number,
  where: { readonly z: number } | { readonly share: number },
  options: SimulateOptions = {},
): SimulatedSlice {
  const { subject, plan } = planExam(seed, options);
  const last = plan.planes.length - 1;
  const z = 'z' in where ? where.z : Math.round(where.share * last);
  if (!Number.isInteger(z) || z < 0 || z > last)
    throw new RangeError(`expected a slice from 0 to ${last}, got ${z}`);
  const slice = renderSlice(subject, plan, z);
  const noise = createRandom(`exam ${seed}/noise`).fork(`slice ${z}`);
  return {
    subject,
    plan,
    z,
    frames: acquireSlice(noise, subject, { plan, z, slice }),
    labels: slice.labels,
    endDiastole: nearestPhase(plan, 0),
  };
}
