// The weights that a finished run leaves.
import type { NamedParameters } from '../network/parameters.ts';
import { loadCheckpoint, RUN_FILES } from './checkpoint.ts';
import type { TrainingPlan } from './plan.ts';

/**
 * Those of the best or the last step, as the plan says, mixed with those that the run began with.
 *
 * @param folder - of the run
 * @param last - where it stands
 */
export async function keptWeights(
  { keeps, fromShare }: TrainingPlan,
  folder: string,
  last: NamedParameters,
): Promise<NamedParameters> {
  const read = async (file: string): Promise<NamedParameters> =>
    (await loadCheckpoint(folder, file)).state.parameters;
  const trained = keeps === 'last' ? last : await read(RUN_FILES.best);
  return fromShare === 0 ? trained : mixedWeights(await read(RUN_FILES.start), trained, fromShare);
}

/**
 * `share` of the first network's weights and the rest of the second's, which was trained from it. BatchNorm's running
 * statistics are mixed like weights; they are not taken anew.
 */
export function mixedWeights(
  first: NamedParameters,
  second: NamedParameters,
  share: number,
): NamedParameters {
  return new Map(
    [...second].map(([name, array]) => {
      const other = first.get(name);
      if (other?.values.length !== array.values.length)
        throw new RangeError(
          `${name}: expected two networks of the same widths, got ${other?.values.length ?? 0} and ${array.values.length} values`,
        );
      const values = array.values.map((b, i) => share * other.values[i] + (1 - share) * b);
      return [name, { ...array, values }];
    }),
  );
}
