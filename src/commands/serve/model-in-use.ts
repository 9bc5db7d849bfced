// The network that exams are analysed with: opened when its turn comes, swapped between two exams.
import type { Network } from '../../infer/infer.ts';
import type { Log } from '../../log.ts';

export interface ModelInUseParts {
  /** The version that should be in use now. */
  readonly wanted: () => Promise<string>;
  readonly open: (version: string) => Promise<Network>;
  readonly log: Log;
}

export interface ModelInUse {
  /** Runs one exam's work with the network in use; calls follow one another. */
  readonly use: <T>(work: (network: Network) => Promise<T>) => Promise<T>;
  readonly release: () => Promise<void>;
}

/**
 * Opens the wanted model.
 *
 * @throws {NodeError} `model-missing`, `model-invalid` or `engine-unavailable` when it cannot be opened
 */
export async function openModelInUse(parts: ModelInUseParts): Promise<ModelInUse> {
  const { wanted, open, log } = parts;
  let version = await wanted();
  let network = await openLogged(version);
  /** A version that could not be opened, so that its failure is told once. */
  let refused: string | undefined;

  async function openLogged(next: string): Promise<Network> {
    const opened = await open(next);
    log.info(
      {
        ...{ model: opened.identity.version, trained: opened.identity.isTrained },
        ...{ device: opened.session.device, reason: opened.session.deviceReason },
      },
      'model loaded',
    );
    return opened;
  }

  /** A model that does not open must not stop the exams: the one in use goes on. */
  async function keepUp(): Promise<void> {
    const next = await wanted().catch((error: unknown) => {
      log.error({ err: error }, 'which model to use cannot be read: the one in use goes on');
      return version;
    });
    if (next === version || next === refused) return;
    try {
      const opened = await openLogged(next);
      await network.session.release();
      [network, version, refused] = [opened, next, undefined];
    } catch (error) {
      refused = next;
      log.error({ model: next, err: error }, 'model cannot be opened: the one in use goes on');
    }
  }

  return {
    async use(work) {
      await keepUp();
      return work(network);
    },
    release: () => network.session.release(),
  };
}
