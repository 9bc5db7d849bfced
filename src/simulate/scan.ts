// The short-axis cine scan of one heart: planes, pixels, phases, shifts.
import {
  addScaled,
  cross,
  type ImageOrientationPatient,
  type Plane,
  type PixelSpacingMm,
  type Vec3,
} from '../volume.ts';
import type { Heart } from './heart.ts';
import { SCAN } from './parameters.ts';
import { perpendicular, unit, type Placement } from './placement.ts';
import type { Random } from '../random.ts';

/** What the caller may fix of a scan; the rest is drawn. */
export interface ScanOptions {
  readonly slices?: number;
  readonly phases?: number;
  /** Rows and columns. */
  readonly matrix?: number;
  readonly pixelSpacingMm?: PixelSpacingMm;
  /** Phase 0 exactly at end diastole, not up to two phases before or after. */
  readonly startsAtEndDiastole?: boolean;
  /** Field of view centred on the heart. */
  readonly isCentred?: boolean;
}

/** A scan to be simulated. */
export interface ScanPlan {
  /** `[Z]`, ordered along the normal. */
  readonly planes: readonly Plane[];
  /** `[Z]`: where the patient's breath put the chest when the slice was taken, mm, LPS. */
  readonly shiftsMm: readonly Vec3[];
  readonly rows: number;
  readonly columns: number;
  readonly pixelSpacingMm: PixelSpacingMm;
  readonly sliceThicknessMm: number;
  readonly phases: number;
  /** Phase 0 against end diastole, fraction of R-R. */
  readonly startTime: number;
  /** `[Z]`, ms. */
  readonly rrIntervalsMs: readonly number[];
  /** Time that one phase gathers, over the distance of phases. */
  readonly temporalBlur: number;
  readonly patientPosition: 'HFS' | 'FFS';
}

/** Time of phase t as a fraction of R-R after end diastole. */
export const phaseTime = (plan: ScanPlan, t: number): number => plan.startTime + t / plan.phases;

function turn(vector: Vec3, axis: Vec3, radians: number): Vec3 {
  const side = cross(axis, vector);
  return addScaled(addScaled([0, 0, 0], vector, Math.cos(radians)), side, Math.sin(radians));
}

/** Row and column direction of the short axis: apex nearest to the viewer, tilted, turned. */
function drawOrientation(random: Random, placement: Placement): ImageOrientationPatient {
  const tilt = Math.tan((random.uniform(SCAN.tiltDegrees) * Math.PI) / 180);
  const where = 2 * Math.PI * random.next();
  const sign = random.chance(SCAN.flippedNormalChance) ? 1 : -1;
  const tilted = addScaled(
    addScaled(placement.a, placement.u, tilt * Math.cos(where)),
    placement.v,
    tilt * Math.sin(where),
  );
  const normal = unit(addScaled([0, 0, 0], tilted, sign));
  const degrees = random.chance(SCAN.anyRotationChance)
    ? 360 * random.next()
    : random.uniform(SCAN.usualRotationDegrees);
  const row = turn(perpendicular([1, 0, 0], normal), normal, (degrees * Math.PI) / 180);
  const column = cross(normal, row);
  return [...row, ...column];
}

function drawPixels(
  random: Random,
  options: ScanOptions,
): Pick<ScanPlan, 'rows' | 'columns' | 'pixelSpacingMm'> {
  const fieldOfViewMm = random.uniform(SCAN.fieldOfViewMm);
  const [finest, coarsest] = SCAN.pixelMm;
  const fitting = SCAN.matrices.filter(
    (m) => fieldOfViewMm / m >= finest && fieldOfViewMm / m <= coarsest,
  );
  const columns = options.matrix ?? random.pick(fitting);
  const pixel = Math.min(coarsest, Math.max(finest, fieldOfViewMm / columns));
  const other = random.chance(SCAN.nonSquarePixelChance) ? random.uniform([0.85, 1.15]) : 1;
  const share = random.chance(0.5) ? 1 : random.uniform([0.7, 1]);
  const rows = options.matrix ?? Math.min(columns, 2 * Math.round((columns * share) / 2));
  const drawn: PixelSpacingMm = [round(pixel * other), round(pixel)];
  return { rows, columns, pixelSpacingMm: options.pixelSpacingMm ?? drawn };
}

/** To what a DICOM decimal string keeps. */
const round = (value: number): number => Number(value.toFixed(6));

const roundAll = (vector: Vec3): Vec3 => [round(vector[0]), round(vector[1]), round(vector[2])];

function drawShifts(random: Random, count: number): Vec3[] {
  const usual = random.uniform(SCAN.breathHoldShiftMm);
  const bad = random.chance(SCAN.badBreathHoldChance) ? random.integer([0, count - 1]) : -1;
  return Array.from({ length: count }, (_, z): Vec3 => {
    const size = z === bad ? random.uniform(SCAN.badBreathHoldMm) : usual * random.next();
    const side = 0.35 * size * random.normal();
    // Breath moves the heart mostly up and down, a little forwards.
    return [side * 0.5, side, size * (random.chance(0.5) ? 1 : -1) * 0.9];
  });
}

/** Number of slices, their distance, and where the first lies along the axis from the base. */
function drawStack(
  random: Random,
  heart: Heart,
  options: ScanOptions,
): { readonly count: number; readonly stepMm: number; readonly thicknessMm: number } {
  const thicknessMm = random.uniform(SCAN.sliceThicknessMm);
  const [least, most] = SCAN.sliceStepMm;
  const drawn = Math.min(most, Math.max(least, thicknessMm + random.uniform(SCAN.sliceGapMm)));
  const coverMm = heart.lv.lengthMm + random.uniform([12, 30]);
  const [fewest, mostSlices] = SCAN.slices;
  const count =
    options.slices ?? Math.min(mostSlices, Math.max(fewest, Math.ceil(coverMm / drawn) + 1));
  const needed = (heart.lv.lengthMm * 0.9) / Math.max(1, count - 1);
  const stepMm = Math.min(18, Math.max(drawn, options.slices === undefined ? 0 : needed));
  return { count, stepMm: round(stepMm), thicknessMm: round(Math.min(thicknessMm, stepMm + 1)) };
}

/** Draws a scan of a heart that lies in the chest as `placement` says. */
export function planScan(
  random: Random,
  subject: { readonly heart: Heart; readonly placement: Placement },
  options: ScanOptions,
): ScanPlan {
  const { heart, placement } = subject;
  const pixels = drawPixels(random.fork('pixels'), options);
  const orientation = drawOrientation(random.fork('orientation'), placement);
  const row: Vec3 = [orientation[0], orientation[1], orientation[2]];
  const column: Vec3 = [orientation[3], orientation[4], orientation[5]];
  const normal = cross(row, column);
  const stack = drawStack(random.fork('stack'), heart, options);
  const where = random.fork('where');
  const offMm = options.isCentred === true ? 0 : where.uniform(SCAN.offCentreMm);
  const offAngle = 2 * Math.PI * where.next();
  // The stack reaches further above the base than below the apex.
  const middleMm = heart.lv.lengthMm / 2 - where.uniform([0, 6]);
  const centre = addScaled(
    addScaled(
      addScaled(placement.origin, placement.a, middleMm),
      row,
      offMm * Math.cos(offAngle) - ((pixels.columns - 1) / 2) * pixels.pixelSpacingMm[1],
    ),
    column,
    0.6 * offMm * Math.sin(offAngle) - ((pixels.rows - 1) / 2) * pixels.pixelSpacingMm[0],
  );
  const planes = Array.from({ length: stack.count }, (_, z): Plane => ({
    imagePositionPatient: roundAll(
      addScaled(centre, normal, (z - (stack.count - 1) / 2) * stack.stepMm),
    ),
    imageOrientationPatient: [...roundAll(row), ...roundAll(column)],
  }));
  const timing = random.fork('timing');
  const phases = options.phases ?? timing.integer(SCAN.phases);
  const start = options.startsAtEndDiastole === true ? 0 : timing.uniform(SCAN.startPhases);
  return {
    ...pixels,
    planes,
    shiftsMm: drawShifts(random.fork('breath'), stack.count),
    sliceThicknessMm: stack.thicknessMm,
    phases,
    startTime: start / phases,
    rrIntervalsMs: planes.map(() => heart.lv.cycle.rrMs * (1 + 0.04 * timing.normal())),
    temporalBlur: timing.uniform(SCAN.temporalBlur),
    patientPosition: timing.chance(0.85) ? 'HFS' : 'FFS',
  };
}
