// How much blood the left ventricle holds in each phase, for telling phases apart: not a volume to report. Slices that
// base-of-heart.ts cleared in a phase hold none in it.
import { ANATOMY, countLabel, type LabelVolume } from '../labels.ts';
import { type Volume4D, voxelVolumesMl } from '../volume.ts';

/**
 * Slices in which the ventricle ever shrinks below this part of its most are left out: near the valves one is of the
 * ventricle in one phase and of the atrium in the next, and which it is taken for jumps by as much as the heart ejects.
 */
const LEAST_SHARE = 0.1;
/** Where the others hold less than this part of the blood of the fullest phase, as in hearts that all but empty, none is. */
const LEAST_LASTING = 0.5;

/**
 * LV blood of every phase over the slices that show the ventricle in all of them; over all slices where those are few.
 *
 * @returns `[T]`, mL
 */
export function lvCurve(anatomy: LabelVolume, volume: Volume4D): number[] {
  const [phases, slices] = anatomy.shape;
  const voxelMl = voxelVolumesMl(volume);
  const ofSlices = Array.from({ length: slices }, (_, z) =>
    Array.from(
      { length: phases },
      (_, t) => voxelMl[z] * countLabel(anatomy, ANATOMY.lvBlood, t, z),
    ),
  );
  const lasting = ofSlices.filter((curve) => {
    const most = Math.max(...curve);
    return most > 0 && Math.min(...curve) >= LEAST_SHARE * most;
  });
  const sumOf = (curves: readonly (readonly number[])[]): number[] =>
    Array.from({ length: phases }, (_, t) => curves.reduce((sum, curve) => sum + curve[t], 0));
  const [all, kept] = [sumOf(ofSlices), sumOf(lasting)];
  const fullest = all.indexOf(Math.max(...all));
  return kept[fullest] >= LEAST_LASTING * all[fullest] ? kept : all;
}
