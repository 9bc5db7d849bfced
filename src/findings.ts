// The numbers of one exam, with units, and the reason where one cannot be had.
import type { Completeness, StackDecision, TimeKey } from './exam.ts';
import type { ModelIdentity } from './model-identity.ts';

export type Unit = 'mL' | 'g' | '%' | 'ms' | 'mm' | '1';

/** A value, or why there is none. */
export type Measured =
  | { readonly value: number; readonly unit: Unit }
  | { readonly value: null; readonly unit: Unit; readonly reason: string };

/** Names follow docs/: volumes from labels, summed over slices by their true extents. */
export interface Measurements {
  /** `[T]`, mL. */
  readonly lvVolumesMl: readonly number[];
  /** `[T]`, mL. */
  readonly rvVolumesMl: readonly number[];
  readonly lvEdv: Measured;
  readonly lvEsv: Measured;
  readonly lvSv: Measured;
  readonly lvEf: Measured;
  readonly rvEdv: Measured;
  readonly rvEsv: Measured;
  readonly rvSv: Measured;
  readonly rvEf: Measured;
  /** At end diastole, 1.05 g/mL, papillary muscles excluded. */
  readonly lvMass: Measured;
  readonly lvMyocardiumVolume: Measured;
  readonly scarVolume: Measured;
  readonly scarMass: Measured;
  /** Share of LV mass. */
  readonly scarShare: Measured;
  readonly edemaVolume: Measured;
  readonly edemaMass: Measured;
  readonly edemaShare: Measured;
  /** Scar or edema together. */
  readonly injuryVolume: Measured;
  readonly injuryMass: Measured;
  readonly injuryShare: Measured;
  readonly rrInterval: Measured;
}

/** The content of findings.json and of the status page: no patient name, id or birth date. */
export interface Findings {
  readonly schema: 'cinemyops-findings-1';
  readonly studyInstanceUid: string;
  readonly software: { readonly name: string; readonly version: string };
  readonly model: ModelIdentity;
  /** A sentence that every reader must see: research use, untrained weights. */
  readonly warnings: readonly string[];
  readonly completeness: Completeness;
  readonly decisions: readonly StackDecision[];
  readonly slices: number;
  readonly phases: number;
  readonly timeKey: TimeKey;
  /** 1-based phase, as DICOM's Temporal Position Index. */
  readonly endDiastolePhase: number;
  readonly endSystolePhase: number;
  readonly measurements: Measurements;
  /** Quality remarks, a sentence each. */
  readonly notes: readonly string[];
}
