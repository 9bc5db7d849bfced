// `cinemyops model rollback`
import { resolveSections } from '../../config.ts';
import { EXIT } from '../../exit-code.ts';
import { rollBackModel } from '../../network/model/active-model.ts';
import type { CommandIo } from '../command.ts';

/** @param argv - settings of `serve`, of which the state folder matters */
export async function rollBack(argv: readonly string[], io: CommandIo): Promise<number> {
  const { stateDir } = resolveSections({ argv, env: io.env }, ['stateDir']);
  const { from, to } = await rollBackModel(stateDir);
  io.stdout(`${to} is in use from the next exam on, in place of ${from}\n`);
  return EXIT.done;
}
