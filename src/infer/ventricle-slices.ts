// A ventricle slice by slice, as the rules for its ends look at it.
import { ANATOMY, countLabel, type LabelVolume } from '../labels.ts';
import { APEX_TO_BASE } from '../long-axis.ts';
import { dot, planeNormal, type Volume4D } from '../volume.ts';

export type Side = 'left' | 'right';

/** The wall of the right ventricle is not segmented. */
const STRUCTURES = {
  left: { blood: ANATOMY.lvBlood, labels: [ANATOMY.lvBlood, ANATOMY.myocardium] },
  right: { blood: ANATOMY.rvBlood, labels: [ANATOMY.rvBlood] },
} as const satisfies Record<Side, { blood: number; labels: readonly number[] }>;

export interface VentricleSlices {
  readonly phaseCount: number;
  /** Indices of the slices, the most basal first. */
  readonly fromBase: readonly number[];
  /** Pixels of its blood in slice z of phase t. */
  readonly bloodOf: (t: number, z: number) => number;
  /** Clears it, blood and wall, from slice z of phase t. */
  readonly clear: (t: number, z: number) => void;
}

/**
 * @param anatomy - `[T, Z, Y, X]`, values of ANATOMY; `clear` changes it
 * @param volume - the images of the same grid
 */
export function ventricleSlices(
  anatomy: LabelVolume,
  volume: Volume4D,
  side: Side,
): VentricleSlices {
  const { blood, labels } = STRUCTURES[side];
  return {
    phaseCount: anatomy.shape[0],
    fromBase: slicesFromBase(volume),
    bloodOf: (t, z) => countLabel(anatomy, blood, t, z),
    clear: (t, z) => {
      clearSlice(anatomy, labels, { t, z });
    },
  };
}

function slicesFromBase({ planes, shape }: Volume4D): number[] {
  const order = Array.from({ length: shape[1] }, (_, z) => z);
  // Slices are in order along their normal.
  const normal = planeNormal(planes[0].imageOrientationPatient);
  return dot(normal, APEX_TO_BASE) > 0 ? order.toReversed() : order;
}

function clearSlice(
  { labels, shape }: LabelVolume,
  cleared: readonly number[],
  { t, z }: { readonly t: number; readonly z: number },
): void {
  const [, slices, rows, columns] = shape;
  const start = (t * slices + z) * rows * columns;
  for (let i = start; i < start + rows * columns; i++)
    if (cleared.includes(labels[i])) labels[i] = ANATOMY.background;
}
