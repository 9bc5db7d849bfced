// How bright the coils make each pixel of a slice.
import { addScaled, dot, patientPosition, subtract, type Vec3 } from '../volume.ts';
import type { Appearance } from './appearance.ts';
import type { ScanPlan } from './scan.ts';
import type { Subject } from './subject.ts';

/** Sensitivity of the coils at a point, not yet relative to the middle of the heart. */
function sensitivityAt(coils: Appearance['coils'], p: Vec3): number {
  let sum = 1;
  for (const { at, gain, reachMm } of coils) {
    const offset = subtract(p, at);
    sum += gain * Math.exp(-dot(offset, offset) / (2 * reachMm * reachMm));
  }
  return sum;
}

/** The factor of a Gaussian around the coil that comes from moving along one direction of the plane. */
function alongDirection(
  count: number,
  { start, step, reachMm }: { readonly start: Vec3; readonly step: Vec3; readonly reachMm: number },
): Float64Array {
  const [half, square] = [dot(start, step), dot(step, step)];
  return Float64Array.from({ length: count }, (_, i) =>
    Math.exp(-(2 * i * half + i * i * square) / (2 * reachMm * reachMm)),
  );
}

/**
 * Sensitivity of the coils at every pixel, 1 at the middle of the heart. Rows and columns are at right angles, so that a
 * Gaussian is the product of one along each.
 */
export function coilBias(subject: Subject, plan: ScanPlan, z: number): Float32Array {
  const { coils } = subject.appearance;
  const { origin, a } = subject.placement;
  const reference = sensitivityAt(coils, addScaled(origin, a, subject.heart.lv.lengthMm / 2));
  const position = (y: number, x: number): Vec3 =>
    patientPosition(plan.planes[z], plan.pixelSpacingMm, y, x);
  const corner = position(0, 0);
  const bias = new Float32Array(plan.rows * plan.columns).fill(1 / reference);
  for (const { at, gain, reachMm } of coils) {
    const start = subtract(corner, at);
    const first = (gain / reference) * Math.exp(-dot(start, start) / (2 * reachMm * reachMm));
    const down = { start, step: subtract(position(1, 0), corner), reachMm };
    const along = { start, step: subtract(position(0, 1), corner), reachMm };
    const ofRow = alongDirection(plan.rows, down);
    const ofColumn = alongDirection(plan.columns, along);
    for (let y = 0, i = 0; y < plan.rows; y++)
      for (let x = 0; x < plan.columns; x++, i++) bias[i] += first * ofRow[y] * ofColumn[x];
  }
  return bias;
}
