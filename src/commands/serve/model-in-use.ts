// The network that exams are analysed with: opened when its turn comes, swapped between two exams.
import type { Network } from '../../infer/infer.ts';
import type { Log } from '../../log.ts';

/** The configured version, and those promoted over it, oldest first. */
type Line = readonly [configured: string, ...promoted: string[]];

export interface ModelInUseParts {
  /** From the configured version to the one that should be in use now. */
  readonly versions: () => Promise<Line>;
  readonly open: (version: string) => Promise<Network>;
  readonly log: Log;
}

export interface ModelInUse {
  /** Runs one exam's work with the network in use; calls follow one another. */
  readonly use: <T>(work: (network: Network) => Promise<T>) => Promise<T>;
  readonly release: () => Promise<void>;
}

/**
 * Opens the model that should be in use; where a promoted one cannot be opened, the one that it replaced.
 *
 * @throws {NodeError} `model-missing`, `model-invalid` or `engine-unavailable` when the configured one is needed and
 *   cannot be opened
 */
export async function openModelInUse(parts: ModelInUseParts): Promise<ModelInUse> {
  const { versions, open, log } = parts;
  /** A version that could not be opened, so that its failure is told once. */
  let refused: string | undefined;
  let { version, network } = await openFirst();

  async function openFirst(): Promise<{ version: string; network: Network }> {
    const [configured, ...promoted] = await versions();
    for (const candidate of promoted.toReversed()) {
      try {
        return { version: candidate, network: await openLogged(candidate) };
      } catch (error) {
        refused ??= candidate;
        log.error(
          { model: candidate, err: error },
          'model cannot be opened: the one that it replaced is taken',
        );
      }
    }
    return { version: configured, network: await openLogged(configured) };
  }

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
    const line = await versions().catch((error: unknown) => {
      log.error({ err: error }, 'which model to use cannot be read: the one in use goes on');
      return [version];
    });
    const next = line.at(-1) ?? version;
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
