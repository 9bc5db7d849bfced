// A small untrained network, quick to build and to run, for tests about everything but the network.
import { join } from 'node:path';
import { type NewModel, writeModel } from '../../src/network/model/write-model.ts';
import { initialParameters } from '../../src/network/parameters.ts';

const ARCHITECTURE = {
  encoderWidths: [2, 2, 4, 4, 8],
  headWidths: [4, 4, 8, 8, 8],
  hasTextureChannel: false,
} as const;

/** Writes a model to a folder of models; the same weights every time. */
export async function writeSmallModel(
  modelsDir: string,
  version = 'untrained',
  more: Partial<NewModel> = {},
): Promise<void> {
  let state = 1;
  // Park and Miller's generator; the sum of 12 uniform draws less 6 is close to normal.
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, draw) => sum + draw, -6);
  await writeModel(join(modelsDir, version), {
    architecture: ARCHITECTURE,
    parameters: initialParameters(ARCHITECTURE, normal),
    isTrained: false,
    origin: { kind: 'seeded', seed: 1 },
    ...more,
  });
}
