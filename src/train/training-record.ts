// What a trained model says of its training, in its manifest and card.
import { z } from 'zod';
import type { TrainingRecord } from '../network/model/manifest.ts';
import { trainingPlanSchema } from './plan.ts';
import { isSimulatedSpec } from './source.ts';
import { anonymousStillsSpec } from './stills-spec.ts';
import type { EpochMetrics } from './metrics.ts';
import type { TrainingOutcome } from './train.ts';

/** SPECs without the paths on the machine that trained. */
function dataKinds(specs: readonly string[]): string[] {
  return specs.map((spec) => {
    if (isSimulatedSpec(spec)) return spec;
    const [kind, ...rest] = spec.split(':');
    return kind === 'sunnybrook-png' ? anonymousStillsSpec(rest.join(':')) : kind;
  });
}

/**
 * Pooled Dice of scar on held-out slices from which a model counts as finding it. The authors' own is
 * .53 over centres, and .26 is the best that a hosted challenge saw for cine alone.
 */
const LEAST_SCAR_DICE = 0.25;

/** Whether what the trained model shows of scar, and what it does not show, means something. */
export function findsPathology(outcome: TrainingOutcome): boolean {
  return (outcome.heldOutDice['scar'] ?? 0) >= LEAST_SCAR_DICE;
}

/** All that a model and those that it began with were trained on, as its manifest says. */
export function dataBehind(training: TrainingRecord | null): string[] {
  const kinds = z.array(z.string()).catch([]);
  const all = ['data', 'earlierData'].flatMap((key) => kinds.parse(training?.[key]));
  return [...new Set(all)];
}

/** The epoch whose weights are kept. */
function keptEpoch({ plan, best, epochs }: TrainingOutcome): EpochMetrics | undefined {
  return plan.keeps === 'last' ? epochs.at(-1) : epochs.find(({ epoch }) => epoch === best?.epoch);
}

/** The plan without what the manifest says of data and weaknesses. */
const recordedPlan = z.object(
  trainingPlanSchema.omit({ data: true, earlierData: true, cautions: true }).shape,
);

/** The record of a training run. */
export function trainingRecord(outcome: TrainingOutcome): TrainingRecord {
  const { plan, ending, steps, hours, engine } = outcome;
  const kept = keptEpoch(outcome);
  return {
    data: dataKinds(plan.data),
    earlierData: [...plan.earlierData],
    engine,
    ending,
    steps,
    hours: Number(hours.toFixed(3)),
    keptEpoch: kept?.epoch ?? null,
    heldOutDice: { ...outcome.heldOutDice },
    plan: z.json().parse(recordedPlan.parse(plan)),
  };
}
