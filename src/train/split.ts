// Which patients are trained on and which are held out: by a hash of the patient, never by slice.
import { createHash } from 'node:crypto';
import { NodeError } from '../errors.ts';
import type { TrainingSource } from './source.ts';

export interface PatientOfSource {
  readonly source: TrainingSource;
  readonly patient: string;
}

export interface Split {
  readonly training: readonly PatientOfSource[];
  readonly validation: readonly PatientOfSource[];
}

/** A number in [0, 1) that a patient keeps in every run and on every machine. */
export function placeOf(patient: string): number {
  return createHash('sha256').update(`split ${patient}`).digest().readUInt32BE(0) / 2 ** 32;
}

/**
 * Splits the patients of each source; a source of two or more patients gives at least one to each side.
 *
 * @param validationShare - from 0 to 1
 * @throws {NodeError} `usage` when nothing is left to train on
 */
export function splitPatients(sources: readonly TrainingSource[], validationShare: number): Split {
  const training: PatientOfSource[] = [];
  const validation: PatientOfSource[] = [];
  for (const source of sources) {
    const ordered = source.patients
      .map((patient) => ({ source, patient, place: placeOf(patient) }))
      .toSorted((a, b) => a.place - b.place);
    const below = ordered.filter(({ place }) => place < validationShare).length;
    const most = ordered.length - 1;
    const held = validationShare === 0 ? 0 : Math.min(most, Math.max(1, below));
    ordered.forEach(({ patient }, i) =>
      (i < held ? validation : training).push({ source, patient }),
    );
  }
  if (training.length === 0) {
    throw new NodeError('usage', 'expected patients to train on, got none: check --data');
  }
  return { training, validation };
}
