// A model that is ready to run.
import type { CineMyopsSession, DeviceChoice } from '../session.ts';
import { openSession } from '../onnx/open-session.ts';
import { type LoadedModel, loadModel } from './load-model.ts';

export interface OpenModel {
  readonly model: LoadedModel;
  /** Release it when done. */
  readonly session: CineMyopsSession;
}

/**
 * Checks a model folder and opens it for inference.
 *
 * @param device - default `auto`: the fastest of a timed warm-up
 * @throws {NodeError} `model-missing`, `model-invalid`, or `engine-unavailable` with what to install
 */
export async function openModel(
  folder: string,
  { device = 'auto' }: { readonly device?: DeviceChoice } = {},
): Promise<OpenModel> {
  const model = await loadModel(folder);
  const session = await openSession(
    {
      architecture: model.manifest.architecture,
      anatomy: model.anatomyOnnxPath,
      cinemyops: model.cinemyopsOnnxPath,
    },
    device,
  );
  return { model, session };
}
