// The models that `serve` may use: the configured one and those promoted over it.
import type { ServeConfig } from '../../config.ts';
import { activeVersions, promotedModelsDir } from '../../network/model/active-model.ts';
import { DEFAULT_MODEL, MODELS_DIR } from '../open-network.ts';

export interface ModelLine {
  /** The configured version. */
  readonly configured: string;
  /** Folder for promoted versions. */
  readonly promotedDir: string;
  /** From the configured version to the one that should be in use now. */
  readonly versions: () => ReturnType<typeof activeVersions>;
  /** The version that should be in use now. */
  readonly wanted: () => Promise<string>;
  /** The folder of models that holds a version. */
  readonly dirOf: (version: string) => Promise<string>;
}

export function modelLine({ model, stateDir }: ServeConfig): ModelLine {
  const configured = model.version ?? DEFAULT_MODEL;
  const promotedDir = promotedModelsDir(stateDir);
  const versions = (): ReturnType<typeof activeVersions> => activeVersions(stateDir, configured);
  return {
    configured,
    promotedDir,
    versions,
    wanted: async () => (await versions()).at(-1) ?? configured,
    dirOf: async (version) => {
      const [, ...promoted] = await versions();
      return promoted.includes(version) ? promotedDir : (model.dir ?? MODELS_DIR);
    },
  };
}
