// Everything that decides how a training run goes; kept in its checkpoints.
import { z } from 'zod';
import { NodeError } from '../errors.ts';
import type { Optimiser } from '../network/training-step.ts';
import { MAX_SIDE_MM } from '../network/model/manifest.ts';
import { type Architecture, doublingWidths, SIZE_MULTIPLE } from '../network/architecture.ts';

const count = z.int().positive();
const share = z.number().min(0).max(1);
const imageSide = z
  .int()
  .multipleOf(SIZE_MULTIPLE)
  .min(2 * SIZE_MULTIPLE)
  // Else training would end in a model that is refused.
  .max(MAX_SIDE_MM);
const widths = z.tuple([count, count, count, count, count]).readonly();

export const trainingPlanSchema = z.strictObject({
  version: z.string(),
  data: z.array(z.string()).min(1),
  /** Device UID of the model whose weights it began with; null for random ones. */
  startedFrom: z.string().nullable(),
  /** What that model and those before it were trained on, as their manifests say. */
  earlierData: z.array(z.string()).readonly().default([]),
  /** What is known to be weak of that model, and so of this one. */
  cautions: z.array(z.string()).readonly().default([]),
  seed: z.int().min(0),
  architecture: z.strictObject({
    encoderWidths: widths,
    headWidths: widths,
    hasTextureChannel: z.boolean(),
  }) satisfies z.ZodType<Architecture>,
  epochs: count,
  /** Set when a run went on with another number: until which step it had how many. */
  earlierEpochs: z
    .array(z.strictObject({ untilStep: count, epochs: count }))
    .readonly()
    .default([]),
  stepsPerEpoch: count,
  /** Cine samples of a step. */
  batch: count,
  /** Frames of a cine sample, end diastole included. */
  frames: z.int().min(2),
  /** Stills of a step that trains anatomy alone. */
  stills: count,
  /** Side of a training patch; pixels of 1 mm, so a multiple of 16. */
  patchMm: imageSide,
  /** Side of a still in pixels, of the heart or of a whole scan. */
  stillPixels: imageSide,
  optimiser: z.enum(['sgd', 'adam']) satisfies z.ZodType<Optimiser>,
  learningRate: z.number().positive(),
  /** Nesterov's of sgd, the mean gradient's decay of adam. */
  momentum: share,
  /** Share of steps with stills, at the start and at the end of training. */
  stillsShare: z.tuple([share, share]),
  /** Share of steps that train the head alone on true motion. */
  motionShare: share,
  /** Progress, 0 to 1, from which BatchNorm uses its running statistics, as in use. */
  runningStatisticsFrom: share,
  hasAugmentation: z.boolean(),
  validationShare: share,
  validationSlices: count,
  /** Epochs without a better score after which training stops. */
  patience: count,
  /** Which weights a finished run leaves. `last` where the held-out patients are to judge them afterwards. */
  keeps: z.enum(['best', 'last']),
  /** Share of the weights that it began with in those that it leaves. */
  fromShare: share.default(0),
});

export type TrainingPlan = Readonly<z.infer<typeof trainingPlanSchema>>;

export const DEFAULT_PLAN: Omit<TrainingPlan, 'version' | 'data'> = {
  startedFrom: null,
  earlierData: [],
  cautions: [],
  seed: 1,
  architecture: {
    encoderWidths: doublingWidths(12),
    headWidths: doublingWidths(16, 160),
    hasTextureChannel: false,
  },
  epochs: 100,
  earlierEpochs: [],
  stepsPerEpoch: 250,
  batch: 2,
  frames: 6,
  stills: 6,
  patchMm: 96,
  stillPixels: 128,
  optimiser: 'adam',
  learningRate: 0.001,
  momentum: 0.9,
  stillsShare: [0.6, 0.2],
  motionShare: 0.2,
  runningStatisticsFrom: 0.3,
  hasAugmentation: true,
  validationShare: 0.1,
  validationSlices: 24,
  patience: 30,
  keeps: 'best',
  fromShare: 0,
};

export const totalSteps = ({ epochs, stepsPerEpoch }: TrainingPlan): number =>
  epochs * stepsPerEpoch;

/**
 * Reads a plan from outside.
 *
 * @throws {NodeError} `usage` with every problem
 */
export function parsePlan(value: unknown): TrainingPlan {
  const parsed = trainingPlanSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
  throw new NodeError('usage', `the training plan is not usable: ${problems.join('; ')}`);
}

/** What may be told anew to a run that goes on. */
export type PlanChanges = Partial<
  Pick<TrainingPlan, 'epochs' | 'keeps' | 'fromShare' | 'patience'>
>;

/**
 * The plan of a run that goes on from a step. With another number of epochs, rate and shares follow the new length from
 * there on.
 *
 * @throws {NodeError} `usage` when the run is already longer, or began with random weights and these are to be mixed in
 */
export function changedPlan(
  before: TrainingPlan,
  {
    epochs = before.epochs,
    keeps = before.keeps,
    fromShare = before.fromShare,
    patience = before.patience,
  }: PlanChanges,
  step: number,
): TrainingPlan {
  const plan = parsePlan({ ...before, keeps, fromShare, patience });
  if (plan.fromShare > 0 && plan.startedFrom === null)
    throw new NodeError(
      'usage',
      'expected --from-share for a run begun with --from, got one begun with random weights: leave it out',
    );
  if (epochs === plan.epochs) return plan;
  if (epochs * plan.stepsPerEpoch <= step)
    throw new NodeError(
      'usage',
      `expected more epochs than the run has, ${step} steps of ${plan.stepsPerEpoch} an epoch, got ${epochs}: give --epochs ${Math.floor(step / plan.stepsPerEpoch) + 1} or more`,
    );
  const earlierEpochs = [...plan.earlierEpochs, { untilStep: step, epochs: plan.epochs }];
  return parsePlan({ ...plan, epochs, earlierEpochs });
}
