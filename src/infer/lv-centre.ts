// The middle of the left ventricle that was found, which may be off the middle of the region it was looked for in.
import { ANATOMY, type LabelVolume } from '../labels.ts';
import { patientPosition, pixelIndex, type Volume4D } from '../volume.ts';

/**
 * @param anatomy - `[T, Z, Y, X]` on the volume's grid
 * @returns native indices `[y, x]` in the middle slice; undefined when the phase shows no left ventricle
 */
export function lvCentre(
  volume: Volume4D,
  anatomy: LabelVolume,
  phase: number,
): readonly [y: number, x: number] | undefined {
  const { planes, pixelSpacingMm, shape } = volume;
  const [, slices, rows, columns] = shape;
  const sum = [0, 0, 0];
  let count = 0;
  for (let z = 0; z < slices; z++) {
    const start = (phase * slices + z) * rows * columns;
    let [y, x, own] = [0, 0, 0];
    for (let i = 0; i < rows * columns; i++) {
      const label = anatomy.labels[start + i];
      if (label !== ANATOMY.lvBlood && label !== ANATOMY.myocardium) continue;
      y += Math.floor(i / columns);
      x += i % columns;
      own++;
    }
    if (own === 0) continue;
    const middle = patientPosition(planes[z], pixelSpacingMm, y / own, x / own);
    for (let axis = 0; axis < 3; axis++) sum[axis] += own * middle[axis];
    count += own;
  }
  if (count === 0) return undefined;
  const [x, y, z] = sum.map((value) => value / count);
  return pixelIndex(planes[Math.floor(slices / 2)], pixelSpacingMm, [x, y, z]);
}
