// Simulated hearts that a model has already seen.
import type { EvaluationSpec } from './spec.ts';

/**
 * Seeds of these specs that are also among those that the model was trained on: such cases prove nothing.
 *
 * @param trainedOn - the `--data` of its training, as its manifest keeps them
 */
export function seenSeeds(
  specs: readonly EvaluationSpec[],
  trainedOn: readonly string[],
): number[] {
  const trained = trainedOn.flatMap((spec) => {
    const match = /^simulate:.*?seeds=(\d+)-(\d+)/.exec(spec);
    return match === null ? [] : [[Number(match[1]), Number(match[2])] as const];
  });
  return specs
    .flatMap((spec) => (spec.kind === 'simulate' ? [spec] : []))
    .flatMap(({ firstSeed, lastSeed }) =>
      Array.from({ length: lastSeed - firstSeed + 1 }, (_, i) => firstSeed + i),
    )
    .filter((seed) => trained.some(([first, last]) => seed >= first && seed <= last));
}
