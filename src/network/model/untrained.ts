// A network with seeded weights, for as long as no trained model is chosen: made in memory, never shipped.
import { createHash } from 'node:crypto';
import type { ModelIdentity } from '../../model-identity.ts';
import { createRandom } from '../../random.ts';
import { type Architecture, doublingWidths } from '../architecture.ts';
import { buildInferenceModels } from '../onnx/inference-models.ts';
import { openSession } from '../onnx/open-session.ts';
import { initialParameters } from '../parameters.ts';
import type { CineMyopsSession, DeviceChoice } from '../session.ts';
import { type ModelInput, RELEASED_INPUT } from './manifest.ts';
import { deviceUidOf } from './write-model.ts';

/** The name under which results say that no model made them. */
export const UNTRAINED = 'untrained';

/** Narrow: random weights are not worth waiting for. */
const ARCHITECTURE: Architecture = {
  encoderWidths: doublingWidths(8),
  headWidths: doublingWidths(8, 64),
  hasTextureChannel: false,
};
const SEED = 'untrained 1';

export interface UntrainedModel {
  readonly identity: ModelIdentity;
  readonly input: ModelInput;
  /** Release it when done. */
  readonly session: CineMyopsSession;
}

/**
 * Opens the untrained network: the same weights everywhere and always.
 *
 * @throws {NodeError} `engine-unavailable` with what to install
 */
export async function openUntrained(device: DeviceChoice = 'auto'): Promise<UntrainedModel> {
  const { normal } = createRandom(SEED);
  const parameters = initialParameters(ARCHITECTURE, normal);
  const session = await openSession(
    { architecture: ARCHITECTURE, ...buildInferenceModels(ARCHITECTURE, parameters) },
    device,
  );
  const hash = createHash('sha256');
  for (const { values } of parameters.values()) hash.update(values);
  return {
    identity: {
      version: UNTRAINED,
      deviceUid: deviceUidOf(hash.digest('hex')),
      isTrained: false,
    },
    input: RELEASED_INPUT,
    session,
  };
}
