// How strongly the wall beside scar and edema contracts: in hearts that are weak all over, its signs mean less.
import { countLabel, PATHOLOGY, type LabelVolume } from '../labels.ts';
import { frameNearest, type MotionField } from '../motion-field.ts';
import { frameOffset, type Volume4D } from '../volume.ts';
import { toNative } from './native-motion.ts';
import { cavityCentre, sumStrain, type StrainSum } from './strain.ts';

/**
 * Circumferential shortening of the wall beside the lesions, %, below which a remark is made. Of 36 simulated hearts with
 * eight slices (`5750-5759,condition=dilated`, `5770-5779,condition=dyssynchronous`, `5510-5525,condition=infarct`) six
 * of the seven that were given a lesion without having one lay below it, and two of fourteen with an infarct.
 */
const LEAST_SHORTENING_PERCENT = 10;

/**
 * Mean circumferential strain of the wall that is neither scar nor edema, at the frame nearest to end systole.
 *
 * @param pathology - `[1, Z, Y, X]`, values of PATHOLOGY, at end diastole
 * @returns %, negative where the wall shortens; undefined where there is no lesion to stand beside, or no such wall
 */
export function strainBesideLesions(
  volume: Volume4D,
  { pathology, motion }: { readonly pathology: LabelVolume; readonly motion: MotionField },
  endSystole: number,
): number | undefined {
  const [phases, slices, rows, columns] = volume.shape;
  const hasLesion = (z: number): boolean =>
    countLabel(pathology, PATHOLOGY.scar, 0, z) + countLabel(pathology, PATHOLOGY.edema, 0, z) > 0;
  const all = Array.from({ length: slices }, (_, z) => z);
  if (!all.some(hasLesion)) return undefined;
  const frame = frameNearest(motion, endSystole, phases);
  const grid = { rows, columns, pixelSpacingMm: volume.pixelSpacingMm };
  const sums = all.flatMap((z): StrainSum[] => {
    const start = frameOffset(pathology.shape, 0, z);
    const labels = pathology.labels.subarray(start, start + rows * columns);
    const centre = cavityCentre(labels, columns, PATHOLOGY.lvBlood);
    if (centre === undefined) return [];
    const isHealthy = Uint8Array.from(labels, (label) =>
      Number(label === PATHOLOGY.healthyMyocardium),
    );
    return [sumStrain(toNative(motion, { z, frame }, grid), isHealthy, centre)];
  });
  const pixels = sums.reduce((sum, slice) => sum + slice.pixels, 0);
  if (pixels === 0) return undefined;
  return (100 * sums.reduce((sum, slice) => sum + slice.circumferential, 0)) / pixels;
}

/** What to say of a strain beside lesions; undefined when nothing is. */
export function weakWallNote(strainPercent: number | undefined): string | undefined {
  if (strainPercent === undefined || -strainPercent >= LEAST_SHORTENING_PERCENT) return undefined;
  return `the wall beside what is called scar or edema contracts weakly too: it shortens by ${Math.max(0, -strainPercent).toFixed(0)} % along its circumference, less than ${LEAST_SHORTENING_PERCENT} %; in hearts that are weak all over scar is often reported where there is none`;
}
