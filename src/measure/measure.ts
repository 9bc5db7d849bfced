// Labels -> volumes, ejection fraction, mass and shares, with units, or the reason why not.
import type { CineExam } from '../exam.ts';
import type { Measured, Measurements, Unit } from '../findings.ts';
import { ANATOMY, countLabel, PATHOLOGY, type LabelVolume } from '../labels.ts';
import { median } from '../median.ts';
import { isBlindToPathology } from '../model-identity.ts';
import type { Segmentation } from '../segmentation.ts';
import { voxelVolumesMl } from '../volume.ts';
import { withholdNonsense } from './withhold-nonsense.ts';

/** Density of myocardium, g/mL (Schulz-Menger et al., JCMR 2020). */
export const MYOCARDIUM_DENSITY_G_PER_ML = 1.05;

/** Measures one exam; numbers that the segmentation cannot support are withheld, with the reason. */
export function measureExam(exam: CineExam, segmentation: Segmentation): Measurements {
  return withholdNonsense(measureLabels(exam, segmentation), segmentation);
}

/**
 * Measures the labels as they are. Every slice stands for half the way to its neighbours (true positions, never
 * SliceThickness), so gaps between slices count as heart.
 */
export function measureLabels(exam: CineExam, segmentation: Segmentation): Measurements {
  const { anatomy, pathology, endDiastole } = segmentation;
  const voxelMl = voxelVolumesMl(exam.volume);
  const lvVolumesMl = curve(anatomy, ANATOMY.lvBlood, voxelMl);
  const rvVolumesMl = curve(anatomy, ANATOMY.rvBlood, voxelMl);
  const [lvEdv, lvEsv, lvSv, lvEf] = ventricle('left', lvVolumesMl, segmentation);
  const [rvEdv, rvEsv, rvSv, rvEf] = ventricle('right', rvVolumesMl, segmentation);
  const myocardiumMl = volumeMl(anatomy, ANATOMY.myocardium, { t: endDiastole, voxelMl });
  const scarMl = volumeMl(pathology, PATHOLOGY.scar, { t: 0, voxelMl });
  const edemaMl = volumeMl(pathology, PATHOLOGY.edema, { t: 0, voxelMl });
  const wallMl =
    scarMl + edemaMl + volumeMl(pathology, PATHOLOGY.healthyMyocardium, { t: 0, voxelMl });
  const wall = 'no left-ventricular myocardium was segmented at end diastole';
  const isBlind = isBlindToPathology(segmentation.model);
  const noLesion = isBlind ? 'the model does not find scar or edema' : wall;
  const areLesionsKnown = wallMl > 0 && !isBlind;
  const lesion = (ml: number, unit: Unit) => {
    const value = unit === 'g' ? ml * MYOCARDIUM_DENSITY_G_PER_ML : ml;
    return measured(value, unit, areLesionsKnown, noLesion);
  };
  // Of the myocardium whose mass is reported beside it, not of the wall that the other output drew.
  const share = (ml: number) =>
    measured((100 * ml) / myocardiumMl, '%', areLesionsKnown && myocardiumMl > 0, noLesion);
  return {
    lvVolumesMl,
    rvVolumesMl,
    ...{ lvEdv, lvEsv, lvSv, lvEf },
    ...{ rvEdv, rvEsv, rvSv, rvEf },
    lvMass: measured(myocardiumMl * MYOCARDIUM_DENSITY_G_PER_ML, 'g', myocardiumMl > 0, wall),
    lvMyocardiumVolume: measured(myocardiumMl, 'mL', myocardiumMl > 0, wall),
    scarVolume: lesion(scarMl, 'mL'),
    scarMass: lesion(scarMl, 'g'),
    scarShare: share(scarMl),
    edemaVolume: lesion(edemaMl, 'mL'),
    edemaMass: lesion(edemaMl, 'g'),
    edemaShare: share(edemaMl),
    injuryVolume: lesion(scarMl + edemaMl, 'mL'),
    injuryMass: lesion(scarMl + edemaMl, 'g'),
    injuryShare: share(scarMl + edemaMl),
    rrInterval: rrInterval(exam.rrIntervalsMs),
  };
}

function ventricle(
  side: 'left' | 'right',
  volumesMl: readonly number[],
  { endDiastole, endSystole }: Segmentation,
): readonly [edv: Measured, esv: Measured, sv: Measured, ef: Measured] {
  const [edvMl, esvMl] = [volumesMl[endDiastole], volumesMl[endSystole]];
  const isFilled = edvMl > 0;
  const absent = `no ${side}-ventricular blood was segmented at end ${isFilled ? 'systole' : 'diastole'}`;
  // A ventricle never empties: none at end systole is a segmentation that failed.
  const isThere = isFilled && esvMl > 0;
  // Swapped phases or a failed segmentation: a stroke volume below zero is no measurement.
  const ejects = isThere && esvMl <= edvMl;
  const reason = isThere
    ? `more ${side}-ventricular blood was segmented at end systole than at end diastole`
    : absent;
  return [
    measured(edvMl, 'mL', isFilled, absent),
    measured(esvMl, 'mL', isThere, absent),
    measured(edvMl - esvMl, 'mL', ejects, reason),
    measured((100 * (edvMl - esvMl)) / edvMl, '%', ejects, reason),
  ];
}

function measured(value: number, unit: Unit, isKnown: boolean, reason: string): Measured {
  return isKnown && Number.isFinite(value) ? { value, unit } : { value: null, unit, reason };
}

/** The median over slices: each was scanned in a breath-hold of its own. */
function rrInterval(intervalsMs: readonly number[]): Measured {
  const usualMs = median(intervalsMs.filter((ms) => ms > 0)) ?? Number.NaN;
  return measured(usualMs, 'ms', usualMs > 0, 'the images carry no NominalInterval');
}

function volumeMl(
  volume: LabelVolume,
  label: number,
  { t, voxelMl }: { t: number; voxelMl: readonly number[] },
): number {
  return voxelMl.reduce((sum, ml, z) => sum + ml * countLabel(volume, label, t, z), 0);
}

function curve(volume: LabelVolume, label: number, voxelMl: readonly number[]): number[] {
  return Array.from({ length: volume.shape[0] }, (_, t) => volumeMl(volume, label, { t, voxelMl }));
}
