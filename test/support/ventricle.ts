// A left ventricle made of so many pixels of blood in each slice and phase.
import { ANATOMY, countLabel, type LabelVolume } from '../../src/labels.ts';
import type { ImageOrientationPatient, Shape4D, Volume4D } from '../../src/volume.ts';

const WIDTH = 40;
/** Normals of slices in order from apex to base, and the other way. */
export const TO_BASE: ImageOrientationPatient = [0, 0, 1, 1, 0, 0];
export const TO_APEX: ImageOrientationPatient = [0, 0, 1, -1, 0, 0];

/** Slices 10 mm apart along their normal. */
export function stackOf(shape: Shape4D, orientation: ImageOrientationPatient): Volume4D {
  const [phases, slices, rows, columns] = shape;
  const step = orientation === TO_BASE ? 10 : -10;
  return {
    voxels: new Float32Array(phases * slices * rows * columns),
    shape,
    planes: Array.from({ length: slices }, (_, z) => ({
      imagePositionPatient: [0, z * step, 0],
      imageOrientationPatient: orientation,
    })),
    pixelSpacingMm: [1, 1],
    sliceThicknessMm: 10,
    triggerTimesMs: new Float64Array(phases * slices),
  };
}

/**
 * Each pixel of blood has one of wall.
 *
 * @param blood - pixels, up to 40, for each slice its phases
 */
export function ventricleOf(
  blood: readonly (readonly number[])[],
  orientation = TO_BASE,
): { readonly anatomy: LabelVolume; readonly volume: Volume4D } {
  const phases = blood[0].length;
  const shape = [phases, blood.length, 2, WIDTH] as const;
  const labels = new Uint8Array(phases * blood.length * 2 * WIDTH);
  blood.forEach((ofSlice, z) => {
    ofSlice.forEach((count, t) => {
      const start = (t * blood.length + z) * 2 * WIDTH;
      labels.fill(ANATOMY.lvBlood, start, start + count);
      labels.fill(ANATOMY.myocardium, start + WIDTH, start + WIDTH + count);
    });
  });
  return { anatomy: { labels, shape }, volume: stackOf(shape, orientation) };
}

/** Pixels of a label in each slice of a phase. */
export const countsOf = (anatomy: LabelVolume, label: number, t: number): number[] =>
  Array.from({ length: anatomy.shape[1] }, (_, z) => countLabel(anatomy, label, t, z));
