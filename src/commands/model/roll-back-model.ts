// `cinemyops model rollback`
import { EXIT } from '../../exit-code.ts';
import { rollBackModel } from '../../network/model/active-model.ts';
import type { CommandIo } from '../command.ts';
import { parseModelArgs } from './model-args.ts';

/** Where `serve` keeps its state unless told otherwise. */
const STATE_DIR = 'state';

export async function rollBack(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseModelArgs(argv, {
    options: { 'state-dir': { type: 'string' } },
    positionals: [],
  });
  const fromEnvironment = io.env['CINEMYOPS_STATE_DIR'];
  const stateDir =
    values['state-dir'] ?? (fromEnvironment === '' ? undefined : fromEnvironment) ?? STATE_DIR;
  const { from, to } = await rollBackModel(stateDir);
  io.stdout(`${to} is in use from the next exam on, in place of ${from}\n`);
  return EXIT.done;
}
