// What evaluating one case yields.
import type { Measured, Unit } from '../findings.ts';
import type { MotionScore } from './score-motion.ts';
import type { StructureScore } from './score-phase.ts';

/** A number that is true and the same one as the model found it; null where it found none. */
export interface Compared {
  readonly name: string;
  readonly unit: Unit;
  readonly truth: number;
  readonly predicted: number | null;
}

/** A number of the model for which there is no truth. */
export interface FoundOnly {
  readonly name: string;
  readonly unit: Unit;
  readonly predicted: number | null;
}

/** 1-based phases, as DICOM's Temporal Position Index. */
export interface PhasesFound {
  readonly count: number;
  readonly endDiastole: number;
  readonly endSystole: number;
}

export interface EvaluatedCase {
  readonly id: string;
  readonly spec: string;
  /** Of a group of cases, for example `healthy`. */
  readonly group: string;
  readonly outcome: 'evaluated';
  /** Null where the phases were given. */
  readonly phasesFound: PhasesFound | null;
  /** Null where the phases are not known. */
  readonly phasesTrue: PhasesFound | null;
  readonly scores: readonly StructureScore[];
  readonly compared: readonly Compared[];
  readonly found: readonly FoundOnly[];
  readonly motion: MotionScore | null;
  /** Quality remarks of the model, a sentence each. */
  readonly notes: readonly string[];
}

/** The model could not segment the case: that counts against it, and is never left out. */
export interface FailedCase {
  readonly id: string;
  readonly spec: string;
  readonly group: string;
  readonly outcome: 'failed';
  readonly reason: string;
}

export type CaseResult = EvaluatedCase | FailedCase;

export interface Picture {
  /** File name without its folder. */
  readonly name: string;
  /** PNG. */
  readonly bytes: Uint8Array;
}

/** One case with its pictures, which are written and forgotten. */
export interface CaseReport {
  readonly result: CaseResult;
  readonly pictures: readonly Picture[];
}

/** A case of which only outlines are compared: no cycle, no volumes, no motion. */
export function outlinesOnly(
  known: Pick<EvaluatedCase, 'id' | 'spec' | 'group' | 'scores'>,
): EvaluatedCase {
  return {
    ...known,
    outcome: 'evaluated',
    phasesFound: null,
    phasesTrue: null,
    compared: [],
    found: [],
    motion: null,
    notes: [],
  };
}

/** Pairs a truth with a measured value. */
export function compare(name: string, truth: number, measured: Measured): Compared {
  return { name, unit: measured.unit, truth, predicted: measured.value };
}

export function foundOnly(name: string, { unit, value }: Measured): FoundOnly {
  return { name, unit, predicted: value };
}

/** Phases apart on the circle of the cycle. */
export function phaseDistance(a: number, b: number, count: number): number {
  const apart = Math.abs(a - b) % count;
  return Math.min(apart, count - apart);
}
