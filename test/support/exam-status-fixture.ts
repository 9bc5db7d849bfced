// Exams as the status page sees them, for tests.
import type { ExamStatus } from '../../src/exam-status.ts';
import type { Findings, Measured, Measurements } from '../../src/findings.ts';

const ml = (value: number): Measured => ({ value, unit: 'mL' });
const grams = (value: number): Measured => ({ value, unit: 'g' });
const percent = (value: number): Measured => ({ value, unit: '%' });

const MEASUREMENTS: Measurements = {
  lvVolumesMl: [120, 60],
  rvVolumesMl: [130, 70],
  lvEdv: ml(120),
  lvEsv: ml(60),
  lvSv: ml(60),
  lvEf: percent(50),
  rvEdv: ml(130),
  rvEsv: ml(70),
  rvSv: ml(60),
  rvEf: percent(46),
  lvMass: grams(110),
  lvMyocardiumVolume: ml(104.8),
  scarVolume: ml(10),
  scarMass: grams(10.5),
  scarShare: percent(9.5),
  edemaVolume: ml(12),
  edemaMass: grams(12.6),
  edemaShare: percent(11.5),
  injuryVolume: ml(22),
  injuryMass: grams(23.1),
  injuryShare: percent(21),
  rrInterval: { value: null, unit: 'ms', reason: 'the scanner gave none' },
};

/** Findings of a complete exam under a trained model, with changes. */
export function findingsWith(changes: Partial<Findings> = {}): Findings {
  return {
    schema: 'cinemyops-findings-1',
    studyInstanceUid: '1.2.826.0.1.3680043.8.498.1',
    software: { name: 'cinemyops-node', version: '0.1.0' },
    model: { version: '1.0.0', deviceUid: '2.25.1', isTrained: true },
    warnings: ['Research use only.'],
    completeness: { verdict: 'complete', notes: [] },
    decisions: [],
    slices: 9,
    phases: 25,
    timeKey: 'TriggerTime',
    endDiastolePhase: 1,
    endSystolePhase: 10,
    measurements: MEASUREMENTS,
    notes: [],
    ...changes,
  };
}

/** The measurements of `findingsWith`, with changes. */
export const measurementsWith = (changes: Partial<Measurements>): Measurements => ({
  ...MEASUREMENTS,
  ...changes,
});

/** An exam that is done and delivered, with changes. */
export function examStatusWith(changes: Partial<ExamStatus> = {}): ExamStatus {
  return {
    id: 'abcdef012345',
    work: 'done',
    delivery: 'delivered',
    attempts: 1,
    changedAt: '2026-01-02T03:04:05.000Z',
    findings: findingsWith(),
    ...changes,
  };
}
