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
 * Splits the patients. A source of two or more gives at least one to be held out; who is held out in one source is held
 * out in all.
 *
 * @param validationShare - from 0 to 1
 * @throws {NodeError} `usage` when nothing is left to train on
 */
export function splitPatients(sources: readonly TrainingSource[], validationShare: number): Split {
  const held = new Set(sources.flatMap(({ patients }) => heldOut(patients, validationShare)));
  const all = sources.flatMap((source) => source.patients.map((patient) => ({ source, patient })));
  const training = all.filter(({ patient }) => !held.has(patient));
  if (training.length === 0) {
    throw new NodeError('usage', 'expected patients to train on, got none: check --data');
  }
  return { training, validation: all.filter(({ patient }) => held.has(patient)) };
}

function heldOut(patients: readonly string[], share: number): string[] {
  if (share === 0) return [];
  const ordered = patients
    .map((patient) => ({ patient, place: placeOf(patient) }))
    .toSorted((a, b) => a.place - b.place);
  const below = ordered.filter(({ place }) => place < share).length;
  const count = Math.min(patients.length - 1, Math.max(1, below));
  return ordered.slice(0, count).map(({ patient }) => patient);
}
