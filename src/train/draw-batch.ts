// The batch of one step: a function of the plan, the patients and the step, and of nothing that came before.
import { groupBy } from '../group-by.ts';
import type { BatchMotion, LaterLabels, TrainingBatch } from '../network/training-step.ts';
import type { Random } from '../random.ts';
import type { TrainingPlan } from './plan.ts';
import { drawCineSample, drawMotionSample, drawStill, type TrainingSample } from './sample.ts';
import { kindOfStep, randomOfStep, type StepKind } from './schedule.ts';
import { type CineSlice, isCine } from './source.ts';
import type { PatientOfSource } from './split.ts';

/** Frames that the motion and consistency terms look at, as released. */
const SAMPLED_FRAMES = 5;
/** The head alone costs a fifth of the network. */
const MOTIONS_PER_CINE = 4;
/** Draws until a slice suits; a set of stills alone never gives a cine. */
const MOST_DRAWS = 60;

/** A slice of a patient of any source: sources are as likely as each other, whatever their size. */
async function drawSlice(
  random: Random,
  bySource: readonly (readonly PatientOfSource[])[],
  suits: (slice: CineSlice) => boolean,
): Promise<CineSlice> {
  let slice: CineSlice | undefined;
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const stream = random.fork(`draw ${draw}`);
    const { source, patient } = stream.pick(stream.pick(bySource));
    slice = await source.draw(patient, stream.fork('slice'));
    if (suits(slice)) return slice;
  }
  throw new RangeError(`no suitable slice in ${MOST_DRAWS} draws`);
}

/** Puts samples of one size together. */
export function joinSamples(
  samples: readonly TrainingSample[],
  { random, frames, size }: { random: Random; frames: number; size: number },
): TrainingBatch {
  const later = samples.flatMap((sample) => sample.later ?? []);
  return {
    shape: [samples.length, frames, size, size],
    cine: joined(samples.map(({ cine }) => cine)),
    labels: joined(samples.map(({ labels }) => labels)),
    annotations: samples.map(({ annotation }) => annotation),
    sampledFrames: samples.map((_, i) => drawFrames(random.fork(`frames ${i}`), frames)),
    ...(later.length === samples.length && { laterLabels: joinLater(later) }),
    ...(frames > 1 && { trueMotion: joinMotion(samples, frames * 2 * size ** 2) }),
  };
}

type LaterOfSample = NonNullable<TrainingSample['later']>;

const joinLater = (later: readonly LaterOfSample[]): LaterLabels => ({
  labels: joined(later.map(({ labels }) => labels)),
  annotations: later.map(({ annotations }) => annotations),
});

/** Motion that is not known of a sample is 0, and not looked at. */
const joinMotion = (samples: readonly TrainingSample[], length: number): BatchMotion => ({
  displacement: joined(
    samples.map(({ motion }) => motion?.displacement ?? new Float32Array(length)),
  ),
  known: joined(
    samples.map(({ motion, labels }) => motion?.known ?? new Uint8Array(labels.length)),
  ),
});

/** Arrays of one kind, one after the other. */
function joined<A extends Float32Array | Uint8Array>(parts: readonly A[]): A {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new (parts[0].constructor as new (length: number) => A)(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Without replacement. */
function drawFrames(random: Random, frames: number): number[] {
  const left = Array.from({ length: frames }, (_, t) => t);
  return Array.from({ length: Math.min(SAMPLED_FRAMES, frames) }, () => {
    const [frame] = left.splice(random.integer([0, left.length - 1]), 1);
    return frame;
  });
}

export const groupBySource = (patients: readonly PatientOfSource[]): PatientOfSource[][] =>
  groupBy(patients, ({ source }) => source);

/** Draws the batch of a step. */
export async function drawBatch(
  plan: TrainingPlan,
  patients: readonly PatientOfSource[],
  step: number,
): Promise<TrainingBatch> {
  const random = randomOfStep(plan, step);
  const bySource = groupBySource(patients);
  const { count, size, frames, suits, draw } = recipeOf(plan, kindOfStep(plan, step));
  const samples: TrainingSample[] = [];
  for (let i = 0; i < count; i++) {
    const own = random.fork(`sample ${i}`);
    samples.push(draw(own, await drawSlice(own, bySource, suits)));
  }
  return joinSamples(samples, { random, frames, size });
}

/** How the samples of a step are drawn. */
interface Recipe {
  readonly count: number;
  readonly size: number;
  readonly frames: number;
  readonly suits: (slice: CineSlice) => boolean;
  readonly draw: (random: Random, slice: CineSlice) => TrainingSample;
}

function recipeOf(plan: TrainingPlan, kind: StepKind): Recipe {
  const { frames, patchMm: size, hasAugmentation: isAugmented } = plan;
  const cine = { size, frames };
  switch (kind) {
    case 'stills': {
      const still = { size: plan.stillPixels, isAugmented };
      const draw: Recipe['draw'] = (random, slice) => drawStill(random, slice, still);
      return { count: plan.stills, size: plan.stillPixels, frames: 1, suits: hasLabels, draw };
    }
    case 'cine': {
      const draw: Recipe['draw'] = (random, slice) =>
        drawCineSample(random, slice, { ...cine, isAugmented });
      return { ...cine, count: plan.batch, suits: isCine, draw };
    }
    case 'motion': {
      const draw: Recipe['draw'] = (random, slice) => drawMotionSample(random, slice, cine);
      return { ...cine, count: MOTIONS_PER_CINE * plan.batch, suits: hasMotion, draw };
    }
  }
}

const hasMotion = ({ motion }: CineSlice): boolean => motion?.known.includes(1) === true;

const hasLabels = (slice: CineSlice): boolean => slice.labels.size > 0;
