// Pathology agrees with anatomy on which slices show the left ventricle.
import { ANATOMY, countLabel, PATHOLOGY, type LabelVolume } from '../labels.ts';

/**
 * Clears pathology, in place, from the slices in which the anatomy of end diastole has no left ventricle: neither blood nor
 * wall. What was found there is of an atrium, of the aortic root, or below the apex.
 *
 * @param pathology - `[1, Z, Y, X]`, values of PATHOLOGY, at end diastole
 * @param anatomy - `[T, Z, Y, X]`, values of ANATOMY
 */
export function clearBeyondVentricle(
  pathology: LabelVolume,
  anatomy: LabelVolume,
  endDiastole: number,
): void {
  const plane = pathology.shape[2] * pathology.shape[3];
  for (let z = 0; z < pathology.shape[1]; z++) {
    const isShown = [ANATOMY.lvBlood, ANATOMY.myocardium].some(
      (label) => countLabel(anatomy, label, endDiastole, z) > 0,
    );
    if (!isShown) pathology.labels.fill(PATHOLOGY.background, z * plane, (z + 1) * plane);
  }
}
