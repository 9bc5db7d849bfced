// The true motion of every point of the left ventricle that a slice shows at end diastole.
import { columnDirection, dot, planeNormal, rowDirection, type Vec3 } from '../volume.ts';
import { createHeartPoint, type HeartPoint, lvMoment, toMaterial, toSpace } from './kinematics.ts';
import type { LeftVentricle } from './left-ventricle.ts';
import { phaseTime, type ScanPlan } from './scan.ts';
import { MIDDLE, moveTo, viewSlice } from './slice-view.ts';
import type { Subject } from './subject.ts';

/**
 * Where what lies in each pixel at the reference phase has gone at each phase. The slice's own
 * breath-hold shift is the same at all phases and so does not show.
 *
 * @param reference - 0-based phase, usually end diastole
 * @returns `[T, 3, Y, X]`, mm: down the column, along the row, along the normal; 0 where the pixel's middle is neither
 *   muscle of the left ventricle, above the base plane too, nor cavity below the plane at the reference
 */
export function sliceDisplacement(
  subject: Subject,
  scan: { readonly plan: ScanPlan; readonly z: number },
  reference: number,
): Float32Array {
  const { plan, z } = scan;
  const { lv } = subject.heart;
  const axes = planeAxes(subject, scan);
  const map = viewSlice(subject, plan, z).heartMaps[MIDDLE];
  const from = lvMoment(lv, phaseTime(plan, reference));
  const moments = Array.from({ length: plan.phases }, (_, t) => lvMoment(lv, phaseTime(plan, t)));
  const size = plan.rows * plan.columns;
  const field = new Float32Array(plan.phases * 3 * size);
  const point = createHeartPoint();
  for (let i = 0; i < size; i++) {
    const y = Math.floor(i / plan.columns);
    moveTo(point, map, y, i - y * plan.columns);
    const { u, v, a } = point;
    toMaterial(lv, from, point);
    if (!isOfVentricle(lv, point)) continue;
    for (let t = 0; t < plan.phases; t++) {
      toSpace(lv, moments[t], point);
      const [du, dv, da] = [point.u - u, point.v - v, point.a - a];
      for (let c = 0; c < 3; c++)
        field[(t * 3 + c) * size + i] = du * axes[c][0] + dv * axes[c][1] + da * axes[c][2];
    }
  }
  return field;
}

function isOfVentricle({ lengthMm }: LeftVentricle, point: HeartPoint): boolean {
  if (point.zeta > 1 || point.depth > 1) return false;
  return point.depth < 0 ? point.zeta >= 0 : point.zeta * lengthMm >= point.rimMm;
}

/** Down the column, along the row and along the normal, in the heart's frame. */
function planeAxes(
  { placement }: Subject,
  { plan, z }: { readonly plan: ScanPlan; readonly z: number },
): readonly Vec3[] {
  const orientation = plan.planes[z].imageOrientationPatient;
  const { u, v, a } = placement;
  return [columnDirection(orientation), rowDirection(orientation), planeNormal(orientation)].map(
    (axis): Vec3 => [dot(axis, u), dot(axis, v), dot(axis, a)],
  );
}
