// A judged candidate -> the 4D volume, every frame beside its source.
import type { SourceFrame } from '../exam.ts';
import type { MrFrame } from '../mr-frame.ts';
import type { Plane, Volume4D } from '../volume.ts';
import type { Candidate } from './candidate.ts';
import { isClosedCycle } from '../cycle-coverage.ts';
import { median } from '../median.ts';
import { coverageOfSlice, isTriggerKey } from './phases.ts';
import { evenPhases, timedPhases, type PhaseSource } from './resample.ts';

/**
 * Reads the pixels and stacks them. A slice with another number of phases than the rest is
 * interpolated to the phases of the others: by time where it is known, else to even fractions of the cycle.
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
    for (const [t, phase] of phaseSources(candidate, frames).entries()) {
      const { before, after, weight, nearest } = phase;
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

/** `[T]`: how the phases of the exam are made of the frames of one slice. */
function phaseSources(candidate: Candidate, frames: readonly MrFrame[]): PhaseSource[] {
  const { slices, phases, timeKey } = candidate;
  const whole = slices.filter((own) => own.length === phases);
  const coverage = median(whole.flatMap((own) => coverageOfSlice(own, timeKey) ?? []));
  const rrMs = frames[0].nominalIntervalMs ?? Number.NaN;
  const firstMs = median(whole.map((own) => triggerTimeMs(own[0], candidate))) ?? Number.NaN;
  const isTimed = coverage !== undefined && Number.isFinite(firstMs) && rrMs > 0;
  if (frames.length === phases || !isTimed) return evenPhases(phases, frames.length);
  return timedPhases(phases, {
    timesMs: frames.map((frame) => triggerTimeMs(frame, candidate)),
    firstMs,
    coveredMs: coverage * rrMs,
    isClosed: isClosedCycle(coverage),
  });
}

function blend(target: Float32Array, a: Float32Array, b: Float32Array, weight: number): void {
  for (let i = 0; i < target.length; i++) target[i] = a[i] + weight * (b[i] - a[i]);
}
