// Whether a ventricle goes on beyond the region that was segmented.
import { ANATOMY, type LabelVolume } from '../labels.ts';
import type { Place } from './place.ts';

/** Less of the region's edge than this, in one slice, may be a false speck. */
const LEAST_CONTACT_MM = 10;
/** What lies in this strip along the edge of the region touches it. */
const STRIP_MM = 2;

const VENTRICLES = [
  ['left', ANATOMY.lvBlood],
  ['right', ANATOMY.rvBlood],
] as const;

/**
 * One sentence for each ventricle that reaches the edge of the region.
 *
 * @param anatomy - `[T, Z, Y, X]` on the volume's grid
 * @param phases - those that are measured
 */
export function cutOffNotes(
  place: Place,
  anatomy: LabelVolume,
  phases: readonly number[],
): string[] {
  const { size, pixelMm } = place.region;
  return VENTRICLES.filter(([, label]) =>
    phases.some((t) => longestContactMm(place, anatomy, { t, label }) >= LEAST_CONTACT_MM),
  ).map(
    ([side]) =>
      `the ${side} ventricle reaches the edge of the ${size * pixelMm} mm around the heart that were segmented: its volumes are too small`,
  );
}

/** Over the slices of a phase. */
function longestContactMm(
  { volume, grid, region }: Place,
  { labels }: LabelVolume,
  { t, label }: { readonly t: number; readonly label: number },
): number {
  const [, slices, rows, columns] = volume.shape;
  const [rowMm, columnMm] = volume.pixelSpacingMm;
  const half = (region.size - 1) / 2;
  const isAtEdge = (offset: number): boolean =>
    (half - Math.abs(offset)) * region.pixelMm < STRIP_MM;
  const contacts = Array.from({ length: slices }, (_, z) => {
    const start = (t * slices + z) * rows * columns;
    const [centreY, centreX] = region.centres[z];
    let pixels = 0;
    for (let i = 0; i < rows * columns; i++) {
      if (labels[start + i] !== label) continue;
      const y = (Math.floor(i / columns) - centreY) * grid.scale[0];
      const x = ((i % columns) - centreX) * grid.scale[1];
      if (isAtEdge(y) || isAtEdge(x)) pixels++;
    }
    return (pixels * rowMm * columnMm) / STRIP_MM;
  });
  return Math.max(...contacts);
}
