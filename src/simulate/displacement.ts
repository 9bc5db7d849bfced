// The true motion of every point of the left ventricle that a slice shows at end diastole.
import {
  addScaled,
  columnDirection,
  dot,
  patientPosition,
  planeNormal,
  rowDirection,
  subtract,
  type Vec3,
} from '../volume.ts';
import { createHeartPoint, lvMoment, toMaterial, toSpace } from './kinematics.ts';
import { toHeart, type Placement } from './placement.ts';
import { phaseTime, type ScanPlan } from './scan.ts';
import type { Subject } from './subject.ts';

/** The heart's frame back to the patient's. */
const toPatient = (placement: Placement, [u, v, a]: Vec3): Vec3 =>
  addScaled(addScaled(addScaled(placement.origin, placement.u, u), placement.v, v), placement.a, a);

/**
 * Where what lies in each pixel at the reference phase has gone at each phase. The slice's own
 * breath-hold shift is the same at all phases and so does not show.
 *
 * @param reference - 0-based phase, usually end diastole
 * @returns `[T, 3, Y, X]`, mm: down the column, along the row, along the normal; 0 where the pixel's
 *   middle is not left ventricle (muscle or cavity) at the reference
 */
export function sliceDisplacement(
  subject: Subject,
  scan: { readonly plan: ScanPlan; readonly z: number },
  reference: number,
): Float32Array {
  const { plan, z } = scan;
  const { lv } = subject.heart;
  const plane = plan.planes[z];
  const axes = [
    columnDirection(plane.imageOrientationPatient),
    rowDirection(plane.imageOrientationPatient),
    planeNormal(plane.imageOrientationPatient),
  ];
  const from = lvMoment(lv, phaseTime(plan, reference));
  const moments = Array.from({ length: plan.phases }, (_, t) => lvMoment(lv, phaseTime(plan, t)));
  const size = plan.rows * plan.columns;
  const field = new Float32Array(plan.phases * 3 * size);
  const point = createHeartPoint();
  for (let i = 0; i < size; i++) {
    const y = Math.floor(i / plan.columns);
    const seen = patientPosition(plane, plan.pixelSpacingMm, y, i - y * plan.columns);
    const start = addScaled(seen, plan.shiftsMm[z], -1);
    [point.u, point.v, point.a] = toHeart(subject.placement, start);
    toMaterial(lv, from, point);
    if (point.zeta < 0 || point.zeta > 1 || point.depth > 1) continue;
    if (point.depth > 0 && point.zeta * lv.lengthMm < point.rimMm) continue;
    for (let t = 0; t < plan.phases; t++) {
      toSpace(lv, moments[t], point);
      const moved = subtract(toPatient(subject.placement, [point.u, point.v, point.a]), start);
      for (let c = 0; c < 3; c++) field[(t * 3 + c) * size + i] = dot(moved, axes[c]);
    }
  }
  return field;
}
