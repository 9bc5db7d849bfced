// Frames that are already those the network is to be shown, end diastole first -> labels.
import type { LabelVolume } from '../labels.ts';
import type { Progress } from '../progress.ts';
import type { Volume4D } from '../volume.ts';
import { segmentAnatomy } from './anatomy.ts';
import { keepLargestAnatomy } from './components.ts';
import type { Network } from './infer.ts';
import { locateHeart } from './locate-heart.ts';
import { lvCentre } from './lv-centre.ts';
import { motionCentre } from './motion-hint.ts';
import { segmentPathology, type PathologyFound } from './pathology.ts';
import { placeAround } from './place.ts';
import { clearSmallLesions } from './small-lesions.ts';

export interface FramesFound extends PathologyFound {
  /** `[T, Z, Y, X]`, values of ANATOMY. */
  readonly anatomy: LabelVolume;
}

/**
 * Segments a volume whose first frame is end diastole and whose frames cover the part of the cycle
 * that the network wants, as in the authors' folder layout.
 *
 * @throws {NodeError} `heart-not-found` when the image is larger than the region of interest and the
 *   model sees no left ventricle
 */
export async function inferFrames(
  volume: Volume4D,
  network: Network,
  progress: Progress,
): Promise<FramesFound> {
  const { session } = network;
  const centre = await centreOf(volume, network);
  const place = placeAround(volume, centre, network.regionSizeMm, network.pixelMm);
  const shown = Array.from({ length: volume.shape[0] }, (_, t) => ({
    before: t,
    after: t,
    weight: 0,
  }));
  const anatomy = await segmentAnatomy(place, session, progress);
  keepLargestAnatomy(anatomy);
  const lv = network.identity.isTrained ? lvCentre(volume, anatomy, 0) : undefined;
  const around = placeAround(volume, lv ?? centre, network.pathologySizeMm, network.pixelMm);
  const found = await segmentPathology(around, session, { shown, progress });
  clearSmallLesions(found.pathology, volume);
  return { anatomy, ...found };
}

/** The middle of an image that fits into the region: such images are cut around the heart already. */
async function centreOf(
  volume: Volume4D,
  { session, identity, regionSizeMm }: Network,
): Promise<readonly [y: number, x: number]> {
  const [, , rows, columns] = volume.shape;
  const [rowMm, columnMm] = volume.pixelSpacingMm;
  const isCut = rows * rowMm <= regionSizeMm && columns * columnMm <= regionSizeMm;
  if (isCut) return [(rows - 1) / 2, (columns - 1) / 2];
  return identity.isTrained ? locateHeart(volume, session) : motionCentre(volume);
}
