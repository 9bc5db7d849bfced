// A judged candidate -> the 4D volume, every frame beside its source.
import type { SourceFrame } from '../exam.ts';
import type { MrFrame } from '../mr-frame.ts';
import type { Plane, Volume4D } from '../volume.ts';
import type { Candidate } from './candidate.ts';
import { isTriggerKey } from './phases.ts';

/** How phase t of a slice is made: from one source frame, or between two where counts differ. */
interface PhaseSource {
  readonly before: number;
  readonly after: number;
  /** Weight of `after`, 0..1. */
  readonly weight: number;
  /** The nearer of the two: the source that results reference. */
  readonly nearest: number;
}

/**
 * Reads the pixels and stacks them. A slice with another number of phases than the rest is
 * interpolated to common phase fractions; the cycle is circular.
 *
 * @returns the volume, and its sources `[T * Z]`, t-major
 */
export async function assemble(
  candidate: Candidate,
): Promise<{ volume: Volume4D; sources: SourceFrame[] }> {
  const { slices, phases: sizeT } = candidate;
  const first = slices[0][0];
  const [sizeZ, sizeY, sizeX] = [slices.length, first.rows, first.columns];
  const frameSize = sizeY * sizeX;
  const voxels = new Float32Array(sizeT * sizeZ * frameSize);
  const triggerTimesMs = new Float64Array(sizeT * sizeZ);
  const sources = new Array<SourceFrame>(sizeT * sizeZ);
  for (const [z, frames] of slices.entries()) {
    const pixels = await Promise.all(frames.map((frame) => frame.readPixels()));
    const timesMs = frames.map((frame) => triggerTimeMs(frame, candidate));
    for (let t = 0; t < sizeT; t++) {
      const { before, after, weight, nearest } = phaseSource(t, sizeT, frames.length);
      const index = t * sizeZ + z;
      const target = voxels.subarray(index * frameSize, (index + 1) * frameSize);
      if (before === after) target.set(pixels[before]);
      else blend(target, pixels[before], pixels[after], weight);
      triggerTimesMs[index] = timesMs[nearest];
      sources[index] = frames[nearest].source;
    }
  }
  const volume: Volume4D = {
    voxels,
    shape: [sizeT, sizeZ, sizeY, sizeX],
    planes: slices.map((frames): Plane => {
      const { imagePositionPatient, imageOrientationPatient } = frames[0];
      return { imagePositionPatient, imageOrientationPatient };
    }),
    pixelSpacingMm: first.pixelSpacingMm,
    sliceThicknessMm: first.sliceThicknessMm,
    triggerTimesMs,
  };
  return { volume, sources };
}

function triggerTimeMs(frame: MrFrame, { timeKey }: Candidate): number {
  const key = isTriggerKey(timeKey) ? timeKey : 'TriggerTime';
  return frame.times[key] ?? Number.NaN;
}

/** Phase t of `common` phases, among the `own` phases of a slice. */
function phaseSource(t: number, common: number, own: number): PhaseSource {
  const position = (t * own) / common;
  const before = Math.floor(position);
  const weight = position - before;
  if (weight === 0) return { before, after: before, weight, nearest: before };
  const after = (before + 1) % own;
  return { before, after, weight, nearest: weight < 0.5 ? before : after };
}

function blend(target: Float32Array, a: Float32Array, b: Float32Array, weight: number): void {
  for (let i = 0; i < target.length; i++) target[i] = a[i] + weight * (b[i] - a[i]);
}
