// Anatomy: the anatomy network on every native phase, slice by slice.
import type { LabelVolume } from '../labels.ts';
import type { CineMyopsSession } from '../network/session.ts';
import { zScore } from '../network/z-score.ts';
import type { Progress } from '../progress.ts';
import type { Place } from './place.ts';
import { frameView, labelsToNative, toRegion } from './region.ts';

const ANATOMY_CLASSES = 4;

/** Anatomy of every native phase. */
export async function segmentAnatomy(
  { volume, grid, region }: Place,
  session: CineMyopsSession,
  progress: Progress,
): Promise<LabelVolume> {
  const [sizeT, sizeZ, rows, columns] = volume.shape;
  const { size } = region;
  const plane = size * size;
  const labels = new Uint8Array(sizeT * sizeZ * rows * columns);
  for (let z = 0; z < sizeZ; z++) {
    const images = new Float32Array(sizeT * plane);
    for (let t = 0; t < sizeT; t++) {
      const frame = toRegion(frameView(volume.voxels, volume.shape, t, z), grid, region, z);
      zScore(frame);
      images.set(frame, t * plane);
    }
    const probabilities = await session.runAnatomy(images, [sizeT, size, size]); // [T, 4, S, S]
    for (let t = 0; t < sizeT; t++) {
      const own = probabilities.subarray(
        t * ANATOMY_CLASSES * plane,
        (t + 1) * ANATOMY_CLASSES * plane,
      );
      const at = (t * sizeZ + z) * rows * columns;
      labelsToNative(
        own,
        ANATOMY_CLASSES,
        { grid, region, z },
        labels.subarray(at, at + rows * columns),
      );
    }
    progress('anatomy', z + 1, sizeZ);
  }
  return { labels, shape: volume.shape };
}
