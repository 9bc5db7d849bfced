// Connected components of one label in a stack of slices.
import { ANATOMY, type LabelVolume } from '../labels.ts';
import type { Shape4D } from '../volume.ts';

/** 26 neighbours: slices of a moving heart overlap, but seldom pixel for pixel. */
const NEIGHBOURS = [-1, 0, 1].flatMap((dz) =>
  [-1, 0, 1].flatMap((dy) =>
    [-1, 0, 1].filter((dx) => dz !== 0 || dy !== 0 || dx !== 0).map((dx) => [dz, dy, dx] as const),
  ),
);

/** The connected components of one phase. */
export interface Components {
  /** `[Z * Y * X]`: 0 outside, else the index of the component in `sizes`. */
  readonly component: Int32Array;
  /** Voxels of each component; the first entry, of none, is 0. */
  readonly sizes: readonly number[];
}

/**
 * Connected components of the voxels that carry any of some labels.
 *
 * @param labels - `[Z * Y * X]`, one phase
 */
export function componentsOf(
  labels: Uint8Array,
  [, sizeZ, sizeY, sizeX]: Shape4D,
  members: readonly number[],
): Components {
  const isIn = new Uint8Array(256);
  for (const label of members) isIn[label] = 1;
  const isMember = labels.map((label) => isIn[label]);
  const component = new Int32Array(labels.length);
  const shape = [sizeZ, sizeY, sizeX] as const;
  const sizes = [0];
  for (let start = 0; start < labels.length; start++) {
    if (isMember[start] === 1 && component[start] === 0) {
      sizes.push(flood(isMember, component, { start, id: sizes.length, shape }));
    }
  }
  return { component, sizes };
}

/**
 * Keeps the largest connected component of a label in one phase and clears the others in place.
 *
 * @param replacement - what the voxels of the other components become
 */
export function keepLargestComponent(
  volume: LabelVolume,
  t: number,
  label: number,
  replacement: number,
): void {
  const size = volume.labels.length / volume.shape[0];
  const labels = volume.labels.subarray(t * size, (t + 1) * size);
  const { component, sizes } = componentsOf(labels, volume.shape, [label]);
  const largest = sizes.indexOf(Math.max(...sizes));
  for (let i = 0; i < size; i++) {
    if (component[i] !== 0 && component[i] !== largest) labels[i] = replacement;
  }
}

/** Keeps the largest component of LV, myocardium and RV in every phase. */
export function keepLargestAnatomy(anatomy: LabelVolume): void {
  for (let t = 0; t < anatomy.shape[0]; t++) {
    keepLargestComponent(anatomy, t, ANATOMY.lvBlood, ANATOMY.background);
    keepLargestComponent(anatomy, t, ANATOMY.myocardium, ANATOMY.background);
    keepLargestComponent(anatomy, t, ANATOMY.rvBlood, ANATOMY.background);
  }
}

/** Marks the component that holds `start`, and returns its number of voxels. */
function flood(
  isMember: Uint8Array,
  component: Int32Array,
  { start, id, shape }: { start: number; id: number; shape: readonly [number, number, number] },
): number {
  const [sizeZ, sizeY, sizeX] = shape;
  const stack = [start];
  component[start] = id;
  let count = 0;
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    count++;
    const x = i % sizeX;
    const y = Math.floor(i / sizeX) % sizeY;
    const z = Math.floor(i / (sizeX * sizeY));
    for (const [dz, dy, dx] of NEIGHBOURS) {
      const [nz, ny, nx] = [z + dz, y + dy, x + dx];
      if (nz < 0 || ny < 0 || nx < 0 || nz >= sizeZ || ny >= sizeY || nx >= sizeX) continue;
      const n = (nz * sizeY + ny) * sizeX + nx;
      if (isMember[n] === 1 && component[n] === 0) {
        component[n] = id;
        stack.push(n);
      }
    }
  }
  return count;
}
