// The model version that a command is to use, opened.
import { fileURLToPath } from 'node:url';
import type { ServeConfig } from '../config.ts';
import type { Network } from '../infer/infer.ts';
import type { ModelIdentity } from '../model-identity.ts';
import type { ModelInput } from '../network/model/manifest.ts';
import { findModel, listVersions } from '../network/model/model-library.ts';
import { openModel } from '../network/model/open-model.ts';
import { openUntrained, UNTRAINED } from '../network/model/untrained.ts';
import type { CineMyopsSession, DeviceChoice } from '../network/session.ts';
import type { CommandIo } from './command.ts';

/** Beside src/ or dist/, where the package ships its models. */
export const MODELS_DIR = fileURLToPath(new URL('../../models', import.meta.url));

/** The version in use where none is named. */
export const DEFAULT_MODEL = '0.8.0';

/**
 * Opens the model named in the configuration; says on stderr when it is untrained.
 *
 * @throws {NodeError} `model-missing`, `model-invalid` or `engine-unavailable`
 */
export async function openNetwork(
  { version = DEFAULT_MODEL, dir = MODELS_DIR, device }: ServeConfig['model'],
  { stderr }: Pick<CommandIo, 'stderr'>,
): Promise<Network> {
  const { identity, input, session } = await open(version, dir, device);
  if (!identity.isTrained) {
    stderr(`WARNING: model ${version} is untrained; its results mean nothing.\n`);
  }
  return {
    session,
    identity,
    frames: input.frames,
    cycleFraction: input.cycleFraction,
    pixelMm: input.pixelSpacingMm,
    regionSizeMm: input.regionSizeMm,
    pathologySizeMm: input.pathologySizeMm,
  };
}

/** Whether the version is the untrained network, which has no folder. */
export async function isBuiltIn(version: string, modelsDir: string): Promise<boolean> {
  // A folder of that name comes first: someone made it on purpose.
  return version === UNTRAINED && !(await listVersions(modelsDir)).includes(version);
}

async function open(
  version: string,
  modelsDir: string,
  device: DeviceChoice,
): Promise<{ identity: ModelIdentity; input: ModelInput; session: CineMyopsSession }> {
  if (await isBuiltIn(version, modelsDir)) return openUntrained(device);
  const { model, session } = await openModel(await findModel(modelsDir, version), { device });
  return { identity: model.identity, input: model.manifest.input, session };
}
