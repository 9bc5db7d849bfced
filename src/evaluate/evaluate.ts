// A model on cases of which the truth is known.
import { join } from 'node:path';
import { NodeError } from '../errors.ts';
import { shortHash } from '../fingerprint.ts';
import { listCases } from '../nifti/authors-layout.ts';
import type { EvaluationParts } from './analyse.ts';
import type { CaseReport } from './case-result.ts';
import { evaluateDicom } from './evaluate-dicom.ts';
import { evaluateLayoutCase } from './evaluate-layout-case.ts';
import { evaluateSimulated } from './evaluate-simulated.ts';
import { evaluateStills, listStillsCases } from './evaluate-stills.ts';
import type { EvaluationSpec } from './spec.ts';
import { evaluateSunnybrook, listSunnybrook } from './evaluate-sunnybrook.ts';
import type { ReadInstances } from './read-images.ts';

export interface EvaluateOptions extends EvaluationParts {
  /** Reads the DICOM files below a path. */
  readonly readInstances: ReadInstances;
  readonly signal: AbortSignal;
}

interface Work {
  readonly id: string;
  readonly group: string;
  readonly run: (parts: EvaluateOptions) => Promise<CaseReport>;
}

/**
 * Evaluates every case of the specs, one after the other. A case that the model cannot segment is
 * reported as failed, and the next one follows.
 *
 * @throws {NodeError} `not-found` before the first case when a spec's data are not there
 */
export async function* evaluate(
  specs: readonly EvaluationSpec[],
  options: EvaluateOptions,
): AsyncGenerator<CaseReport> {
  const work: (Work & { readonly spec: string })[] = [];
  for (const spec of specs)
    for (const item of await workOf(spec)) work.push({ ...item, spec: spec.spec });
  for (const [i, { id, group, spec, run }] of work.entries()) {
    options.signal.throwIfAborted();
    options.progress('cases', i, work.length);
    try {
      yield await run(options);
    } catch (error) {
      if (!(error instanceof NodeError)) throw error;
      const reason = error.message;
      yield { result: { id, spec, group, outcome: 'failed', reason }, pictures: [] };
    }
  }
  options.progress('cases', work.length, work.length);
}

async function workOf(spec: EvaluationSpec): Promise<Work[]> {
  switch (spec.kind) {
    case 'simulate':
      return Array.from({ length: spec.lastSeed - spec.firstSeed + 1 }, (_, i) => {
        const seed = spec.firstSeed + i;
        return {
          id: `simulated-${seed}`,
          group: spec.condition ?? 'any',
          run: (parts) => evaluateSimulated(spec, seed, parts),
        };
      });
    case 'sunnybrook':
      return (await listSunnybrook(spec.folder)).map((own) => ({
        id: own.id,
        group: 'contoured',
        run: (parts) => evaluateSunnybrook(spec.spec, own, parts),
      }));
    case 'sunnybrook-png':
      return (await listStillsCases(spec.folder)).map((own) => ({
        id: own.id,
        group: own.group,
        run: (parts) => evaluateStills(spec.spec, own, parts),
      }));
    case 'labels':
      return (await listCases(join(spec.folder, 'imagesTr'))).map((files) => ({
        id: files.patient,
        group: 'labelled',
        run: (parts) => evaluateLayoutCase(spec.spec, { folder: spec.folder, files }, parts),
      }));
    case 'dicom':
      return [
        {
          id: `input-${shortHash(spec.folder)}`,
          group: 'unknown',
          run: (parts) => evaluateDicom(spec.spec, spec.folder, parts),
        },
      ];
  }
}
