// Single images of one heart -> anatomy: no cycle, no motion, no pathology.
import type { LabelVolume } from '../labels.ts';
import type { Progress } from '../progress.ts';
import type { Volume4D } from '../volume.ts';
import { segmentAnatomy } from './anatomy.ts';
import { keepLargestAnatomy } from './components.ts';
import type { Network } from './infer.ts';
import { locateHeart } from './locate-heart.ts';
import { placeAround } from './place.ts';

/**
 * Segments images that lie in the same place.
 *
 * @param volume - `[1, images, Y, X]`
 * @returns `[1, images, Y, X]`, values of ANATOMY
 * @throws {NodeError} `heart-not-found` when the model sees no left ventricle
 */
export async function inferStills(
  volume: Volume4D,
  network: Network,
  progress: Progress,
): Promise<LabelVolume> {
  const centre = await locateHeart(volume, network.session);
  const place = placeAround(volume, centre, network.regionSizeMm, network.pixelMm);
  const anatomy = await segmentAnatomy(place, network.session, progress);
  keepLargestAnatomy(anatomy);
  return anatomy;
}
