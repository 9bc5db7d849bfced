// `cinemyops model verify`
import { messageOf } from '../../errors.ts';
import { EXIT } from '../../exit-code.ts';
import { SIZE_MULTIPLE } from '../../network/architecture.ts';
import { findModel, listVersions } from '../../network/model/model-library.ts';
import { openModel } from '../../network/model/open-model.ts';
import type { CommandIo } from '../command.ts';
import { modelsDirOf, parseModelFlags } from './model-args.ts';

export async function verifyModels(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseModelFlags(argv, {});
  const modelsDir = modelsDirOf(values, io);
  const versions = positionals.length > 0 ? positionals : await listVersions(modelsDir);
  if (versions.length === 0) io.stdout(`no models in ${modelsDir}\n`);
  let isSound = true;
  for (const version of versions) {
    try {
      await verify(await findModel(modelsDir, version));
      io.stdout(`${version}: ok\n`);
    } catch (error) {
      isSound = false;
      io.stdout(`${version}: ${messageOf(error)}\n`);
    }
  }
  return isSound ? EXIT.done : EXIT.usage;
}

/** Loads the model with all its checks and runs both its networks once on small frames. */
async function verify(folder: string): Promise<void> {
  const { session } = await openModel(folder, { device: 'cpu' });
  try {
    const side = 2 * SIZE_MULTIPLE;
    const cine = Float32Array.from({ length: 2 * side * side }, (_, i) => Math.sin(i));
    const { motion, anatomy, logits } = await session.runCine(cine, [1, 2, side, side]);
    const still = await session.runAnatomy(cine.subarray(0, side * side), [1, side, side]);
    const isFinite = [still, motion, anatomy, ...logits].every((values) =>
      values.every(Number.isFinite),
    );
    if (!isFinite)
      throw new Error('the network gives values that are not finite numbers: train it again');
  } finally {
    await session.release();
  }
}
