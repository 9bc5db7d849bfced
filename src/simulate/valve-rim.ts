// Where the wall of the left ventricle ends at the valves. The base is not flat: under the aortic valve the wall is
// missing down to the outflow tract, opposite to it muscle reaches up beside the atrium, so that basal slices show a
// horseshoe.
import { SHAPE } from './parameters.ts';
import type { Random } from '../random.ts';
import { ANGLES, type WallPlace } from './wall-grid.ts';

/** The upper end of the wall, and of the atrial blood within it, in material coordinates. */
export interface ValveRim {
  /** `[ANGLES]`: where the wall begins, mm below the base plane at end diastole; below 0 it is above. */
  readonly startMm: Float64Array;
  /** Up to here above the base plane, mm, the cavity goes on as atrium. */
  readonly atriumTopMm: number;
}

/** Draws a rim of which {@link SHAPE}.rimShare lies at or above the base plane. */
export function drawValveRim(random: Random): ValveRim {
  const liftMm = random.uniform(SHAPE.rimLiftMm);
  const outflowMm = random.uniform(SHAPE.outflowMm);
  const middle = radians(random.uniform(SHAPE.outflowDegrees));
  const halfWidth = radians(random.uniform(SHAPE.outflowHalfWidthDegrees));
  const raw = Float64Array.from({ length: ANGLES }, (_, i) => {
    const turn = (2 * Math.PI * i) / ANGLES - middle;
    const angle = Math.atan2(Math.sin(turn), Math.cos(turn));
    return (
      outflowMm * Math.exp(-((angle / halfWidth) ** 2)) - liftMm * (0.5 - 0.5 * Math.cos(angle))
    );
  });
  const atPlane = raw.toSorted()[Math.round(SHAPE.rimShare * (ANGLES - 1))];
  const startMm = raw.map((mm) => mm - atPlane);
  return { startMm, atriumTopMm: Math.max(SHAPE.leastAtriumTopMm, -Math.min(...startMm)) };
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Where the wall begins at the angle of a place found by `locate`, mm below the base plane. */
export function rimAt({ startMm }: ValveRim, { left, right, alongAngle }: WallPlace): number {
  return startMm[left] * (1 - alongAngle) + startMm[right] * alongAngle;
}
