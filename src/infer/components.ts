// Connected components of one label in a stack of slices.
import { ANATOMY, PATHOLOGY, type LabelVolume } from '../labels.ts';

/** 26 neighbours: slices of a moving heart overlap, but seldom pixel for pixel. */
const NEIGHBOURS = [-1, 0, 1].flatMap((dz) =>
  [-1, 0, 1].flatMap((dy) =>
    [-1, 0, 1].filter((dx) => dz !== 0 || dy !== 0 || dx !== 0).map((dx) => [dz, dy, dx] as const),
  ),
);

/**
 * Keeps the largest connected component of a label in one phase and clears the others in place.
 *
 * @param replacement - what the voxels of the other components become
 * @returns how many voxels were cleared
 */
export function keepLargestComponent(
  volume: LabelVolume,
  t: number,
  label: number,
  replacement: number,
): number {
  const [, sizeZ, sizeY, sizeX] = volume.shape;
  const size = sizeZ * sizeY * sizeX;
  const labels = volume.labels.subarray(t * size, (t + 1) * size);
  const component = new Int32Array(size);
  const sizes = [0];
  for (let i = 0; i < size; i++) {
    if (labels[i] === label && component[i] === 0) {
      sizes.push(flood(labels, component, { start: i, id: sizes.length, shape: volume.shape }));
    }
  }
  const largest = sizes.indexOf(Math.max(...sizes));
  let cleared = 0;
  for (let i = 0; i < size; i++) {
    if (component[i] !== 0 && component[i] !== largest) {
      labels[i] = replacement;
      cleared++;
    }
  }
  return cleared;
}

/** Keeps the largest component of LV, myocardium and RV in every phase. */
export function keepLargestAnatomy(anatomy: LabelVolume): void {
  for (let t = 0; t < anatomy.shape[0]; t++) {
    keepLargestComponent(anatomy, t, ANATOMY.lvBlood, ANATOMY.background);
    keepLargestComponent(anatomy, t, ANATOMY.myocardium, ANATOMY.background);
    keepLargestComponent(anatomy, t, ANATOMY.rvBlood, ANATOMY.background);
  }
}

/** The same, and of scar; says what was cleared of scar. */
export function keepLargestParts(anatomy: LabelVolume, pathology: LabelVolume): string[] {
  keepLargestAnatomy(anatomy);
  // What is not scar is still myocardium.
  const cleared = keepLargestComponent(pathology, 0, PATHOLOGY.scar, PATHOLOGY.healthyMyocardium);
  return cleared === 0
    ? []
    : [`${cleared} voxels of scar apart from the largest scar were counted as healthy`];
}

/** Marks the component that holds `start`, and returns its number of voxels. */
function flood(
  labels: Uint8Array,
  component: Int32Array,
  { start, id, shape }: { start: number; id: number; shape: readonly number[] },
): number {
  const [, sizeZ, sizeY, sizeX] = shape;
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
      if (labels[n] === labels[start] && component[n] === 0) {
        component[n] = id;
        stack.push(n);
      }
    }
  }
  return count;
}
