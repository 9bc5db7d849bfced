// From the SPECs of --data to sources; a worker opens its own from the same texts.
import { NodeError } from '../errors.ts';
import { openExpertSource } from './expert-source.ts';
import { openLayoutSource } from './layout-source.ts';
import { openSimulatedSource } from './simulated-source.ts';
import type { TrainingSource } from './source.ts';
import { openStillsSource } from './stills-source.ts';
import { openVolumeSource } from './volume-source.ts';

type Opener = (spec: string, cacheDir: string) => Promise<TrainingSource>;

/** What stands before the colon of a SPEC. */
const OPENERS: Readonly<Record<string, Opener>> = {
  simulate: openSimulatedSource,
  dicom: openExpertSource,
  layout: openLayoutSource,
  nifti: openVolumeSource,
  'sunnybrook-png': openStillsSource,
};

/**
 * Opens training data.
 *
 * @param cacheDir - where slices that take long to make are kept
 * @throws {NodeError} `usage` when a SPEC is not understood or holds no patients
 */
export async function openSources(
  specs: readonly string[],
  cacheDir: string,
): Promise<TrainingSource[]> {
  const sources: TrainingSource[] = [];
  for (const spec of specs) {
    const kind = spec.slice(0, Math.max(0, spec.indexOf(':')));
    if (!Object.hasOwn(OPENERS, kind))
      throw new NodeError(
        'usage',
        `expected --data with ${Object.keys(OPENERS).join(':, ')}:, got '${spec}'`,
      );
    const source = await OPENERS[kind](spec, cacheDir);
    if (source.patients.length === 0)
      throw new NodeError('usage', `expected patients in '${spec}', got none: check the path`);
    sources.push(source);
  }
  return sources;
}
