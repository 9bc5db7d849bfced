// The model version that a command is to use, opened.
import { fileURLToPath } from 'node:url';
import type { ServeConfig } from '../config.ts';
import type { Network } from '../infer/infer.ts';
import { findModel } from '../network/model/model-library.ts';
import { openModel } from '../network/model/open-model.ts';
import type { CommandIo } from './command.ts';

/** Beside src/ or dist/, where the package ships its models. */
export const MODELS_DIR = fileURLToPath(new URL('../../models', import.meta.url));

/** The version in use where none is named. */
export const DEFAULT_MODEL = 'untrained';

/**
 * Opens the model named in the configuration; says on stderr when it is untrained.
 *
 * @throws {NodeError} `model-missing`, `model-invalid` or `engine-unavailable`
 */
export async function openNetwork(
  { version = DEFAULT_MODEL, dir = MODELS_DIR, device }: ServeConfig['model'],
  io: CommandIo,
): Promise<Network> {
  const { model, session } = await openModel(await findModel(dir, version), { device });
  const { frames, cycleFraction, pixelSpacingMm, regionSizeMm } = model.manifest.input;
  if (!model.identity.isTrained) {
    io.stderr(`WARNING: model ${version} is untrained; its results mean nothing.\n`);
  }
  return {
    session,
    identity: model.identity,
    frames,
    cycleFraction,
    pixelMm: pixelSpacingMm,
    regionSizeMm,
  };
}
