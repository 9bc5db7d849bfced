// Pathology and motion: the whole network on the frames that it is shown, slice by slice.
import type { LabelVolume } from '../labels.ts';
import type { MotionField } from '../motion-field.ts';
import type { CineMyopsSession } from '../network/session.ts';
import { zScore } from '../network/z-score.ts';
import type { Progress } from '../progress.ts';
import type { Volume4D } from '../volume.ts';
import type { PhaseBlend } from './shown-frames.ts';
import type { Place } from './place.ts';
import { frameView, labelsToNative, toRegion } from './region.ts';
import { settleLesions } from '../network/settle-lesions.ts';
import { softmax } from '../network/softmax.ts';

const PATHOLOGY_CLASSES = 5;

export interface PathologyFound {
  /** `[1, Z, Y, X]`, values of PATHOLOGY, at end diastole. */
  readonly pathology: LabelVolume;
  readonly motion: MotionField;
}

/** Segments pathology at end diastole, the first frame shown: the network's slices are independent. */
export async function segmentPathology(
  place: Place,
  session: CineMyopsSession,
  { shown, progress }: { readonly shown: readonly PhaseBlend[]; readonly progress: Progress },
): Promise<PathologyFound> {
  const { volume, grid, region } = place;
  const [sizeT, sizeZ, rows, columns] = volume.shape;
  const { size, pixelMm, centres } = region;
  const labels = new Uint8Array(sizeZ * rows * columns);
  const fieldSize = shown.length * 2 * size * size;
  const displacementMm = new Float32Array(sizeZ * fieldSize);
  // The network's -1..1 spans the centres of the first and the last pixel.
  const mmPerUnit = ((size - 1) / 2) * pixelMm;
  for (let z = 0; z < sizeZ; z++) {
    const { logits, motion } = await session.runCine(cineOf(place, shown, z), [
      1,
      shown.length,
      size,
      size,
    ]);
    displacementMm.set(
      motion.map((value) => value * mmPerUnit),
      z * fieldSize,
    );
    const probabilities = logits[0]; // [1, 5, S, S]
    softmax(probabilities, PATHOLOGY_CLASSES);
    settleLesions(probabilities);
    labelsToNative(
      probabilities,
      PATHOLOGY_CLASSES,
      { grid, region, z },
      labels.subarray(z * rows * columns, (z + 1) * rows * columns),
    );
    progress('pathology', z + 1, sizeZ);
  }
  const frames = shown.length;
  const phases = growingPhases(shown, sizeT);
  return {
    pathology: { labels, shape: [1, sizeZ, rows, columns] },
    motion: { displacementMm, frames, phases, size, pixelMm, centres },
  };
}

/** `[F, S, S]`, z-scored per frame. */
function cineOf(
  { volume, grid, region }: Place,
  shown: readonly PhaseBlend[],
  z: number,
): Float32Array {
  const plane = region.size * region.size;
  const cine = new Float32Array(shown.length * plane);
  for (const [k, blend] of shown.entries()) {
    const frame = toRegion(blendedFrame(volume, blend, z), grid, region, z);
    zScore(frame);
    cine.set(frame, k * plane);
  }
  return cine;
}

function blendedFrame(volume: Volume4D, blend: PhaseBlend, z: number): Float32Array {
  const before = frameView(volume.voxels, volume.shape, blend.before, z);
  if (blend.weight === 0) return before;
  const after = frameView(volume.voxels, volume.shape, blend.after, z);
  return before.map((value, i) => value + blend.weight * (after[i] - value));
}

/** Native phases from end diastole on, without the jump from the last phase to the first. */
function growingPhases(shown: readonly PhaseBlend[], sizeT: number): number[] {
  const endDiastole = shown.at(0)?.before ?? 0;
  return shown.map(
    ({ before, weight }) => endDiastole + ((before - endDiastole + sizeT) % sizeT) + weight,
  );
}
