// What the values of a label volume mean.
import type { Shape4D } from './volume.ts';

/** Anatomy, in the order of the network's anatomy channels. */
export const ANATOMY = { background: 0, myocardium: 1, lvBlood: 2, rvBlood: 3 } as const;

/** Pathology, in the order of the network's output logits (NOT the order of training labels). */
export const PATHOLOGY = {
  background: 0,
  healthyMyocardium: 1,
  lvBlood: 2,
  scar: 3,
  edema: 4,
} as const;

/**
 * Training labels as the authors number them. Edema and scar are 4 and 5 here, but scar is 3 and
 * edema is 4 in the network's output.
 */
export const TASK_LABEL = {
  background: 0,
  myocardium: 1,
  lvBlood: 2,
  rvBlood: 3,
  edema: 4,
  scar: 5,
} as const;

/** Indexed by PATHOLOGY: the same structure among training labels. The right ventricle is not in it. */
export const TASK_LABEL_OF_PATHOLOGY = [
  TASK_LABEL.background,
  TASK_LABEL.myocardium,
  TASK_LABEL.lvBlood,
  TASK_LABEL.scar,
  TASK_LABEL.edema,
] as const;

/** One label a voxel. */
export interface LabelVolume {
  /** Row-major `[T, Z, Y, X]`. */
  readonly labels: Uint8Array;
  readonly shape: Shape4D;
}

/** Number of voxels with this label in slice z of phase t. */
export function countLabel(volume: LabelVolume, label: number, t: number, z: number): number {
  const size = volume.shape[2] * volume.shape[3];
  const start = (t * volume.shape[1] + z) * size;
  let count = 0;
  for (let i = start; i < start + size; i++) if (volume.labels[i] === label) count++;
  return count;
}
