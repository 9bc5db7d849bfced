// The network's motion against the true displacement of a simulated heart.
import type { MotionField } from '../motion-field.ts';
import { sliceDisplacement } from '../simulate/displacement.ts';
import type { SimulatedExam } from '../simulate/simulate.ts';
import { TASK_LABEL } from '../labels.ts';
import { frameOffset } from '../volume.ts';
import { toNative, type NativeMotion } from './native-motion.ts';
import { isWall } from './score-phase.ts';
import { sumStrain, type StrainSum } from './strain.ts';

/** Means over the pixels that are wall at end diastole, all slices; motion within the slice. */
export interface MotionScore {
  /** End-point error, mean over the frames shown after the first. */
  readonly errorMm: number;
  /** At the frame nearest to end systole. */
  readonly endSystoleErrorMm: number;
  /** Length of the true displacement there: the error of a network that sees no motion. */
  readonly endSystoleDisplacementMm: number;
  /** Mean over the wall at the frame nearest to end systole, %. */
  readonly strainPercent: {
    readonly circumferential: { readonly truth: number; readonly predicted: number };
    readonly radial: { readonly truth: number; readonly predicted: number };
  };
}

interface ErrorSum {
  errorMm: number;
  displacementMm: number;
  pixels: number;
}

/** Sums over slices; frame by frame for errors, at end systole for strain. */
interface Sums {
  readonly frames: ErrorSum[];
  readonly trueStrain: StrainSum[];
  readonly foundStrain: StrainSum[];
}

/**
 * Scores the displacement from the phase that the network took for end diastole.
 *
 * @param truth - simulated exam that the field was found in, on the same grid
 */
export function scoreMotion(truth: SimulatedExam, field: MotionField): MotionScore {
  const reference = Math.round(field.phases[0]);
  const systole = nearestFrame(field, truth.endSystole, truth.volume.shape[0]);
  const sums: Sums = {
    frames: field.phases.map(() => ({ errorMm: 0, displacementMm: 0, pixels: 0 })),
    trueStrain: [],
    foundStrain: [],
  };
  for (let z = 0; z < truth.volume.shape[1]; z++)
    addSlice(sums, truth, field, { z, systole, reference });
  const moving = sums.frames.slice(1);
  const total = (pick: (sum: ErrorSum) => number): number =>
    moving.reduce((sum, frame) => sum + pick(frame), 0);
  const atSystole = sums.frames[systole];
  const strain = (direction: 'circumferential' | 'radial') => ({
    truth: meanPercent(sums.trueStrain, direction),
    predicted: meanPercent(sums.foundStrain, direction),
  });
  return {
    errorMm: total((f) => f.errorMm) / total((f) => f.pixels),
    endSystoleErrorMm: atSystole.errorMm / atSystole.pixels,
    endSystoleDisplacementMm: atSystole.displacementMm / atSystole.pixels,
    strainPercent: { circumferential: strain('circumferential'), radial: strain('radial') },
  };
}

function addSlice(
  sums: Sums,
  truth: SimulatedExam,
  field: MotionField,
  {
    z,
    systole,
    reference,
  }: { readonly z: number; readonly systole: number; readonly reference: number },
): void {
  const { shape, pixelSpacingMm } = truth.volume;
  const [phases, , rows, columns] = shape;
  const size = rows * columns;
  const start = frameOffset(shape, reference % phases, z);
  const labels = truth.labels.labels.subarray(start, start + size);
  const whole = sliceDisplacement(truth.subject, { plan: truth.plan, z }, reference % phases);
  const known = whereKnown(whole, size);
  const wall = Uint8Array.from(labels, (label, i) => (isWall(label) ? known[i] : 0));
  if (!wall.includes(1)) return;
  const grid = { rows, columns, pixelSpacingMm };
  const centre = cavityCentre(labels, columns);
  field.phases.forEach((phase, frame) => {
    const found = toNative(field, { z, frame }, grid);
    const real = { displacementMm: truthAt(whole, phase, [phases, size]), ...grid };
    addErrors(sums.frames[frame], wall, real, found);
    if (frame !== systole || centre === undefined) return;
    sums.trueStrain.push(sumStrain(real, wall, centre));
    sums.foundStrain.push(sumStrain(found, wall, centre));
  });
}

function addErrors(sum: ErrorSum, wall: Uint8Array, real: NativeMotion, found: NativeMotion): void {
  const size = wall.length;
  for (let i = 0; i < size; i++) {
    const [y, x] = [real.displacementMm[i], real.displacementMm[size + i]];
    const [foundY, foundX] = [found.displacementMm[i], found.displacementMm[size + i]];
    if (wall[i] !== 1 || Number.isNaN(foundY)) continue;
    sum.errorMm += Math.hypot(foundY - y, foundX - x);
    sum.displacementMm += Math.hypot(y, x);
    sum.pixels++;
  }
}

/**
 * `[Y, X]`, 1 where the true motion is known: a pixel that is mostly wall may have its middle outside
 * it, and then stands still in every phase.
 */
function whereKnown(whole: Float32Array, size: number): Uint8Array {
  const known = new Uint8Array(size);
  for (let i = 0; i < whole.length; i++) if (whole[i] !== 0) known[i % size] = 1;
  return known;
}

/** Truth between two native phases, within the slice: `[2, Y, X]`. */
function truthAt(
  whole: Float32Array,
  phase: number,
  [phases, size]: readonly [phases: number, size: number],
): Float32Array {
  const before = Math.floor(phase);
  const weight = phase - before;
  const inSlice = (t: number): Float32Array => {
    const start = (t % phases) * 3 * size;
    return whole.subarray(start, start + 2 * size);
  };
  const after = inSlice(before + 1);
  return inSlice(before).map((value, i) => value + weight * (after[i] - value));
}

/** Middle of the LV blood of a slice, `[y, x]`; undefined where there is none. */
function cavityCentre(
  labels: Uint8Array,
  columns: number,
): readonly [y: number, x: number] | undefined {
  let [count, sumY, sumX] = [0, 0, 0];
  labels.forEach((label, i) => {
    if (label !== TASK_LABEL.lvBlood) return;
    count++;
    sumY += Math.floor(i / columns);
    sumX += i % columns;
  });
  return count === 0 ? undefined : [sumY / count, sumX / count];
}

/** The cycle is a circle: the distance of phases goes round it. */
function nearestFrame({ phases }: MotionField, phase: number, count: number): number {
  const distances = phases.map((own) => {
    const turns = (own - phase) / count;
    return Math.abs(turns - Math.round(turns));
  });
  return distances.indexOf(Math.min(...distances));
}

function meanPercent(sums: readonly StrainSum[], direction: 'circumferential' | 'radial'): number {
  const pixels = sums.reduce((sum, slice) => sum + slice.pixels, 0);
  return (100 * sums.reduce((sum, slice) => sum + slice[direction], 0)) / pixels;
}
