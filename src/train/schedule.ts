// What each step is: its kind of samples and its settings, functions of the plan and the step alone.
import {
  RELEASED_SETTINGS,
  type TrainedPart,
  type TrainingSettings,
} from '../network/training-step.ts';
import { createRandom, type Random } from '../random.ts';
import { isSimulatedSpec } from './source.ts';
import { totalSteps, type TrainingPlan } from './plan.ts';

/**
 * `cine`: slices in motion around the heart. `stills`: single frames, of the heart or a whole scan. `motion`: what
 * the head is to see in simulated hearts, without images.
 */
export type StepKind = 'cine' | 'stills' | 'motion';

const TRAINED_PART = {
  cine: 'all',
  stills: 'anatomy',
  motion: 'pathology',
} as const satisfies Record<StepKind, TrainedPart>;

/** Exponent of the decay, as released. */
const POLY_POWER = 0.9;
/** Of the mean end-point error in pixels, where simulated hearts tell the true motion. */
const DISPLACEMENT_WEIGHT = 1;
/** A new network takes this many steps to reach its learning rate. */
const WARM_UP_STEPS = 50;

const progressAt = (plan: TrainingPlan, step: number): number => step / totalSteps(plan);

/** The random stream of a step: what came before does not matter, so that a resumed run draws the same. */
export function randomOfStep(plan: TrainingPlan, step: number): Random {
  return createRandom(`training ${plan.seed}/step ${step}`);
}

export function kindOfStep(plan: TrainingPlan, step: number): StepKind {
  const [first, last] = plan.stillsShare;
  const stills = first + (last - first) * progressAt(plan, step);
  const place = randomOfStep(plan, step).fork('kind').next();
  if (place < stills) return 'stills';
  return place < stills + motionShare(plan) ? 'motion' : 'cine';
}

/** Only simulated hearts have true motion, and the head is shown it disturbed, which is augmentation. */
function motionShare({ data, hasAugmentation, motionShare: share }: TrainingPlan): number {
  return hasAugmentation && data.some(isSimulatedSpec) ? share : 0;
}

export function learningRateAt(plan: TrainingPlan, step: number): number {
  const warmth = Math.min(1, (step + 1) / WARM_UP_STEPS);
  return plan.learningRate * warmth * (1 - progressAt(plan, step)) ** POLY_POWER;
}

/** Settings of a step of training. */
export function settingsOfStep(plan: TrainingPlan, step: number): TrainingSettings {
  return {
    ...RELEASED_SETTINGS,
    lossWeights: { ...RELEASED_SETTINGS.lossWeights, displacement: DISPLACEMENT_WEIGHT },
    optimiser: plan.optimiser,
    learningRate: learningRateAt(plan, step),
    momentum: plan.momentum,
    // Batches of stills and of cine differ in their statistics; in the end the network learns to
    // live with those that it will be used with.
    batchNorm: progressAt(plan, step) < plan.runningStatisticsFrom ? 'batch' : 'running',
    trainedPart: TRAINED_PART[kindOfStep(plan, step)],
  };
}
