// What a trained model says of its training, in its manifest and card.
import { z } from 'zod';
import type { TrainingRecord } from '../network/model/manifest.ts';
import type { TrainingOutcome } from './train.ts';

/** SPECs without the paths on the machine that trained. */
function dataKinds(specs: readonly string[]): string[] {
  return specs.map((spec) => (spec.startsWith('simulate:') ? spec : spec.split(':', 1)[0]));
}

/**
 * Pooled Dice of scar on held-out slices from which a model counts as finding it. The authors' own is
 * .53 over centres, and .26 is the best that a hosted challenge saw for cine alone.
 */
const LEAST_SCAR_DICE = 0.25;

/** Whether what the trained model shows of scar, and what it does not show, means something. */
export function findsPathology({ best, epochs }: TrainingOutcome): boolean {
  const chosen = epochs.find(({ epoch }) => epoch === best?.epoch);
  return (chosen?.dice.scar ?? 0) >= LEAST_SCAR_DICE;
}

/** The record of a training run. */
export function trainingRecord(outcome: TrainingOutcome): TrainingRecord {
  const { plan, ending, best, steps, hours, epochs, engine } = outcome;
  const chosen = epochs.find(({ epoch }) => epoch === best?.epoch);
  return {
    data: dataKinds(plan.data),
    engine,
    ending,
    steps,
    hours: Number(hours.toFixed(3)),
    bestEpoch: best?.epoch ?? null,
    heldOutDice: chosen?.dice ?? {},
    plan: z.json().parse({ ...plan, data: dataKinds(plan.data) }),
  };
}
