// How far the surfaces of two masks lie apart, in millimetres.
import { patientPosition, type Plane, type PixelSpacingMm } from '../volume.ts';
import type { Mask } from './overlap.ts';
import { mean, percentile } from './statistics.ts';

/** Where the voxels of a mask lie. */
export interface MaskGrid {
  readonly shape: readonly [z: number, y: number, x: number];
  /** `[Z]`. */
  readonly planes: readonly Plane[];
  readonly pixelSpacingMm: PixelSpacingMm;
}

/** Hausdorff distance and its 95th percentile over the distances of both directions (as MedPy). */
export interface SurfaceDistance {
  readonly hausdorffMm: number;
  readonly hausdorff95Mm: number;
}

/** Which neighbours make a voxel part of the surface. */
type Neighbourhood = 'in-slice' | 'in-volume';

/**
 * Distance of the surfaces in space: a surface voxel has one of its six neighbours outside.
 *
 * @returns null when either mask is empty
 */
export function surfaceDistance(
  truth: Mask,
  predicted: Mask,
  grid: MaskGrid,
): SurfaceDistance | null {
  const all = Array.from({ length: grid.shape[0] }, (_, z) => z);
  return distanceOf(
    surfacePoints(truth, grid, { slices: all, neighbourhood: 'in-volume' }),
    surfacePoints(predicted, grid, { slices: all, neighbourhood: 'in-volume' }),
  );
}

/**
 * Distance of the outlines within each slice, averaged over the slices that hold both masks.
 *
 * @returns null when no slice holds both
 */
export function sliceSurfaceDistance(
  truth: Mask,
  predicted: Mask,
  grid: MaskGrid,
): SurfaceDistance | null {
  const distances: SurfaceDistance[] = [];
  for (let z = 0; z < grid.shape[0]; z++) {
    const view = { slices: [z], neighbourhood: 'in-slice' } as const;
    const distance = distanceOf(
      surfacePoints(truth, grid, view),
      surfacePoints(predicted, grid, view),
    );
    if (distance !== null) distances.push(distance);
  }
  if (distances.length === 0) return null;
  return {
    hausdorffMm: mean(distances.map((d) => d.hausdorffMm)),
    hausdorff95Mm: mean(distances.map((d) => d.hausdorff95Mm)),
  };
}

/** Patient coordinates of the surface voxels: x, y, z of one after the other. */
function surfacePoints(
  mask: Mask,
  { shape, planes, pixelSpacingMm }: MaskGrid,
  view: { readonly slices: readonly number[]; readonly neighbourhood: Neighbourhood },
): Float64Array {
  const [sizeZ, sizeY, sizeX] = shape;
  const isInside = (z: number, y: number, x: number): boolean =>
    z >= 0 &&
    y >= 0 &&
    x >= 0 &&
    z < sizeZ &&
    y < sizeY &&
    x < sizeX &&
    mask[(z * sizeY + y) * sizeX + x] === 1;
  const isInterior = (z: number, y: number, x: number): boolean =>
    isInside(z, y - 1, x) &&
    isInside(z, y + 1, x) &&
    isInside(z, y, x - 1) &&
    isInside(z, y, x + 1) &&
    (view.neighbourhood === 'in-slice' || (isInside(z - 1, y, x) && isInside(z + 1, y, x)));
  const points: number[] = [];
  for (const z of view.slices)
    for (let y = 0; y < sizeY; y++)
      for (let x = 0; x < sizeX; x++)
        if (isInside(z, y, x) && !isInterior(z, y, x))
          points.push(...patientPosition(planes[z], pixelSpacingMm, y, x));
  return Float64Array.from(points);
}

function distanceOf(a: Float64Array, b: Float64Array): SurfaceDistance | null {
  if (a.length === 0 || b.length === 0) return null;
  const there = nearestDistances(a, b);
  const back = nearestDistances(b, a);
  const both = new Float64Array(there.length + back.length);
  both.set(there);
  both.set(back, there.length);
  return {
    hausdorffMm: both.reduce((a, b) => Math.max(a, b)),
    hausdorff95Mm: percentile(both, 0.95),
  };
}

/** From each point of `from` to the nearest of `to`, mm. */
function nearestDistances(from: Float64Array, to: Float64Array): Float64Array {
  const sorted = sortedAlongX(to);
  const distances = new Float64Array(from.length / 3);
  for (let i = 0; i < distances.length; i++)
    distances[i] = nearestDistance(sorted, from.subarray(3 * i, 3 * i + 3));
  return distances;
}

function sortedAlongX(points: Float64Array): Float64Array {
  const order = Array.from({ length: points.length / 3 }, (_, i) => 3 * i);
  order.sort((a, b) => points[a] - points[b]);
  return Float64Array.from(order.flatMap((at) => [points[at], points[at + 1], points[at + 2]]));
}

/** Looks from the point outwards along x, until x alone is further away than the nearest so far. */
function nearestDistance(sorted: Float64Array, [x, y, z]: Float64Array): number {
  const count = sorted.length / 3;
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[3 * middle] < x) low = middle + 1;
    else high = middle;
  }
  let least = Infinity;
  const isNear = (k: number): boolean => k >= 0 && k < count && (sorted[3 * k] - x) ** 2 < least;
  const look = (k: number): void => {
    const squared =
      (sorted[3 * k] - x) ** 2 + (sorted[3 * k + 1] - y) ** 2 + (sorted[3 * k + 2] - z) ** 2;
    least = Math.min(least, squared);
  };
  for (let up = low, down = low - 1; isNear(up) || isNear(down); up++, down--) {
    if (isNear(up)) look(up);
    if (isNear(down)) look(down);
  }
  return Math.sqrt(least);
}
