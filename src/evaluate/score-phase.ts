// One phase of truth against what the model drew there.
import { TASK_LABEL, type LabelVolume } from '../labels.ts';
import { voxelVolumesMl, type Volume4D } from '../volume.ts';
import { confusion, detection, dice, type Detection, type Mask } from './overlap.ts';
import {
  sliceSurfaceDistance,
  surfaceDistance,
  type MaskGrid,
  type SurfaceDistance,
} from './surface-distance.ts';
import { LESIONS, STRUCTURES, type Structure, type TruthPhase } from './truth-phase.ts';

/** Labels that a model gave to one phase, `[Z, Y, X]` each. */
export interface PredictedPhase {
  /** Values of ANATOMY. */
  readonly anatomy: Uint8Array;
  /** Values of PATHOLOGY; absent at a phase without pathology. */
  readonly pathology?: Uint8Array;
}

/** How one structure of one phase was found. */
export interface StructureScore {
  readonly structure: Structure;
  readonly phase: TruthPhase['name'];
  /** Slices that were drawn and so compared. */
  readonly slices: number;
  readonly truthMl: number;
  readonly predictedMl: number;
  /** Null when there is none of it in truth. */
  readonly dice: number | null;
  /** Of the surfaces in space; null when either is empty. */
  readonly volumeDistance: SurfaceDistance | null;
  /** Of the outlines in each slice, mean over slices with both. */
  readonly sliceDistance: SurfaceDistance | null;
  /** Of lesions: among the voxels that are myocardium in truth. */
  readonly withinMyocardium: Detection | null;
}

/** Scores every structure that was drawn in this phase. */
export function scorePhase(
  volume: Volume4D,
  truth: TruthPhase,
  predicted: PredictedPhase,
): StructureScore[] {
  return truth.drawn.map(({ structure, slices }) =>
    scoreStructure(volume, { truth, predicted, structure, slices }),
  );
}

interface Comparison {
  readonly truth: TruthPhase;
  readonly predicted: PredictedPhase;
  readonly structure: Structure;
  readonly slices: readonly number[];
}

function scoreStructure(
  volume: Volume4D,
  { truth, predicted, structure, slices }: Comparison,
): StructureScore {
  const [, , rows, columns] = volume.shape;
  const own = STRUCTURES[structure];
  const labels = predicted[own.output];
  if (labels === undefined)
    throw new RangeError(`expected ${own.output} at ${truth.name} for ${structure}, got none`);
  const view = { slices, size: rows * columns };
  const trueMask = maskOf(truth.labels, own.truth, view);
  const predictedMask = maskOf(labels, own.predicted, view);
  const grid: MaskGrid = {
    shape: [slices.length, rows, columns],
    planes: slices.map((z) => volume.planes[z]),
    pixelSpacingMm: volume.pixelSpacingMm,
  };
  const wall = maskOf(truth.labels, STRUCTURES['LV myocardium'].truth, view);
  const allVoxelMl = voxelVolumesMl(volume);
  const voxelMl = slices.map((z) => allVoxelMl[z]);
  return {
    structure,
    phase: truth.name,
    slices: slices.length,
    truthMl: volumeMl(trueMask, voxelMl),
    predictedMl: volumeMl(predictedMask, voxelMl),
    dice: dice(confusion(trueMask, predictedMask)),
    volumeDistance: surfaceDistance(trueMask, predictedMask, grid),
    sliceDistance: sliceSurfaceDistance(trueMask, predictedMask, grid),
    withinMyocardium: LESIONS.includes(structure)
      ? detection(confusion(trueMask, predictedMask, wall))
      : null,
  };
}

/** 1 where a voxel of these slices has one of the labels, slices one after the other. */
function maskOf(
  volume: Uint8Array,
  labels: readonly number[],
  { slices, size }: { readonly slices: readonly number[]; readonly size: number },
): Mask {
  const isIn = new Uint8Array(256);
  for (const label of labels) isIn[label] = 1;
  const mask = new Uint8Array(slices.length * size);
  slices.forEach((z, k) => {
    for (let i = 0; i < size; i++) mask[k * size + i] = isIn[volume[z * size + i]];
  });
  return mask;
}

function volumeMl(mask: Mask, voxelMl: readonly number[]): number {
  const size = mask.length / voxelMl.length;
  return voxelMl.reduce((sum, ml, k) => {
    let count = 0;
    for (let i = k * size; i < (k + 1) * size; i++) count += mask[i];
    return sum + ml * count;
  }, 0);
}

/** One phase of a label volume, `[Z, Y, X]`, not copied. */
export function phaseOf({ labels, shape }: LabelVolume, t: number): Uint8Array {
  const size = shape[1] * shape[2] * shape[3];
  return labels.subarray(t * size, (t + 1) * size);
}

/** True where a label of truth is left-ventricular wall, injured or not. */
export const isWall = (label: number): boolean =>
  label === TASK_LABEL.myocardium || label === TASK_LABEL.edema || label === TASK_LABEL.scar;
