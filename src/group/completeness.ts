// Whether a short-axis cine is whole, judged by its content.
import type { Completeness } from '../exam.ts';
import { isClosedCycle } from '../cycle-coverage.ts';
import { median } from '../median.ts';
import type { UnreadableInstance } from '../mr-frame.ts';
import { dot, planeNormal } from '../volume.ts';
import type { Candidate } from './candidate.ts';
import { coverageOfSlice } from './phases.ts';

/** A step this much wider than the usual one lacks a slice. */
const GAP_FACTOR = 1.5;

/**
 * @param unreadable - instances of the same series that could not be used
 * @param waitIsOver - true when no more images are to be expected
 */
export function judgeCompleteness(
  candidate: Candidate,
  unreadable: readonly UnreadableInstance[],
  waitIsOver: boolean,
): Completeness {
  const missing = [
    ...missingPhases(candidate),
    ...gaps(candidate),
    ...unreadable.map((u) => `an instance could not be used: ${u.reason}`),
  ];
  const verdict = missing.length === 0 ? 'complete' : waitIsOver ? 'partial' : 'waiting';
  return { verdict, notes: [...missing, ...oddities(candidate)] };
}

function missingPhases(candidate: Candidate): string[] {
  const { slices, phases, dropped } = candidate;
  const notes = slices.flatMap((frames, z) => {
    const expected = Math.max(phases, frames[0].cardiacNumberOfImages ?? 0);
    return frames.length < expected
      ? [`slice ${z + 1} of ${slices.length} has ${frames.length} of ${expected} phases`]
      : [];
  });
  const aborted = dropped.map(
    (a) => `a slice with only ${a.frames.length} of ${phases} phases was left out`,
  );
  return [...notes, ...aborted];
}

function gaps({ slices }: Candidate): string[] {
  const normal = planeNormal(slices[0][0].imageOrientationPatient);
  const offsets = slices.map((frames) => dot(frames[0].imagePositionPatient, normal));
  const steps = offsets.slice(1).map((offset, i) => offset - offsets[i]);
  const usual = median(steps) ?? 0;
  return steps.flatMap((step, i) =>
    step > GAP_FACTOR * usual
      ? [
          `between slices ${i + 1} and ${i + 2} lie ${step.toFixed(1)} mm, usual are ${usual.toFixed(1)} mm: a slice is missing`,
        ]
      : [],
  );
}

/** Worth saying, though nothing is missing. */
function oddities(candidate: Candidate): string[] {
  const { slices, timeKey, phases, superseded } = candidate;
  const more = slices.filter((frames) => frames.length > phases).length;
  const coverage = slices.map((frames) => coverageOfSlice(frames, timeKey) ?? 1);
  const least = Math.min(...coverage);
  return [
    ...(superseded.length > 0
      ? [`${superseded.length} repeated plane(s): the later complete acquisition was taken`]
      : []),
    ...(more > 0 ? [`${more} slice(s) have more than ${phases} phases and were resampled`] : []),
    ...(!isClosedCycle(least)
      ? [`the phases cover only ${(100 * least).toFixed(0)} % of the R-R interval`]
      : []),
  ];
}
