// One cine exam -> labels on its native grid.
import { coverageOfExam } from '../cycle-coverage.ts';
import type { CineExam } from '../exam.ts';
import type { ModelIdentity } from '../model-identity.ts';
import type { CineMyopsSession } from '../network/session.ts';
import type { Progress } from '../progress.ts';
import type { Segmentation } from '../segmentation.ts';
import { segmentAnatomy } from './anatomy.ts';
import { keepLargestAnatomy } from './components.ts';
import { cutOffNotes } from './cut-off.ts';
import { findEndPhases } from './end-phases.ts';
import { locateHeart } from './locate-heart.ts';
import { lvCentre } from './lv-centre.ts';
import { lvCurve } from './lv-curve.ts';
import { motionCentre } from './motion-hint.ts';
import { segmentPathology } from './pathology.ts';
import { clearBeyondVentricle } from './pathology-of-ventricle.ts';
import { placeAround } from './place.ts';
import { settleVentricles } from './settle-ventricles.ts';
import { shownFrames } from './shown-frames.ts';
import { clearSmallLesions, smallLesionsNotes } from './small-lesions.ts';

/** The network and how it wants to be fed (from the model's manifest). */
export interface Network {
  readonly session: CineMyopsSession;
  readonly identity: ModelIdentity;
  /** T: frames shown to the whole network. */
  readonly frames: number;
  /** From the first shown frame, end diastole, to the last, as a part of the R-R interval. */
  readonly cycleFraction: number;
  readonly pixelMm: number;
  /** Side of the region of interest; a multiple of 16 pixels. */
  readonly regionSizeMm: number;
  /** Side of the square around the left ventricle that the whole network is shown. */
  readonly pathologySizeMm: number;
}

/**
 * Segments anatomy in every native phase, and pathology at end diastole.
 *
 * @throws {NodeError} `heart-not-found` when the model sees no left ventricle
 */
export async function inferExam(
  exam: CineExam,
  network: Network,
  progress: Progress,
): Promise<Segmentation> {
  const { volume } = exam;
  const { session, identity } = network;
  const notes: string[] = [];
  progress('locate', 0, 1);
  const centre = identity.isTrained ? await locateHeart(volume, session) : motionCentre(volume);
  if (!identity.isTrained) {
    notes.push('the heart was looked for by its motion alone, since the model is untrained');
  }
  progress('locate', 1, 1);
  const place = placeAround(volume, centre, network.regionSizeMm, network.pixelMm);

  const anatomy = await segmentAnatomy(place, session, progress);
  keepLargestAnatomy(anatomy);
  // A ventricle that is cut off has no wall there, and a slice of it may be cleared for that.
  const asFound = { ...anatomy, labels: anatomy.labels.slice() };
  const coverage = coverageOfExam(volume.triggerTimesMs, exam.rrIntervalsMs);
  const { phases, notes: leftOut } = identity.isTrained
    ? settleVentricles(anatomy, volume, coverage)
    : { phases: findEndPhases(lvCurve(anatomy, volume), coverage), notes: [] };
  notes.push(...leftOut);
  if (identity.isTrained)
    notes.push(...cutOffNotes(place, asFound, [phases.endDiastole, phases.endSystole]));
  const shown = shownFrames(network.frames, volume.shape[0], {
    endDiastole: phases.endDiastole,
    coverage,
    cycleFraction: network.cycleFraction,
  });
  // What an untrained network takes for a ventricle may lie anywhere.
  const found = identity.isTrained ? lvCentre(volume, anatomy, phases.endDiastole) : undefined;
  const { pathology, motion } = await segmentPathology(
    placeAround(volume, found ?? centre, network.pathologySizeMm, network.pixelMm),
    session,
    { shown, progress },
  );
  if (identity.isTrained) clearBeyondVentricle(pathology, anatomy, phases.endDiastole);
  const clearedMl = clearSmallLesions(pathology, volume);
  notes.push(...smallLesionsNotes(clearedMl));
  return {
    anatomy,
    pathology,
    motion,
    ...phases,
    region: { centre, sizeMm: place.region.size * place.region.pixelMm },
    model: identity,
    notes,
  };
}
