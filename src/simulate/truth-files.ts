// What is true of a simulated exam, as files that other programs read.
import { TASK_LABEL } from '../labels.ts';
import { planeOffsetsMm } from '../volume.ts';
import { lvVolumeMl } from './truth.ts';
import { phaseTime } from './scan.ts';
import type { SimulatedExam } from './simulate.ts';

/** The numbers of an exam, for truth.json; phases are 1-based, as in DICOM. */
export function truthNumbers(exam: SimulatedExam): Readonly<Record<string, unknown>> {
  const { patient, lv } = exam.subject.heart;
  const { scarPercentOfSegment, ...numbers } = exam.truth;
  return {
    schema: 'cinemyops-simulated-truth-1',
    seed: exam.seed,
    condition: patient.condition,
    infarct: patient.infarct ?? null,
    endDiastolePhase: exam.endDiastole + 1,
    endSystolePhase: exam.endSystole + 1,
    heartRate: lv.cycle.heartRate,
    lvVolumesMl: Array.from({ length: exam.plan.phases }, (_, t) =>
      lvVolumeMl(lv, phaseTime(exam.plan, t)),
    ),
    truth: numbers,
    scarPercentOfAhaSegment: scarPercentOfSegment,
    labels: {
      file: 'labels.npy',
      axes: ['phase', 'slice', 'row', 'column'],
      values: TASK_LABEL,
      sliceOffsetsMm: planeOffsetsMm(exam.volume.planes),
    },
  };
}

/**
 * An array in NumPy's format 1.0, row-major.
 *
 * @param descr - element type, for example `|u1` or `<f4`
 */
export function npyFile(bytes: Uint8Array, descr: string, shape: readonly number[]): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  // Magic, version and length take 10 bytes; the header ends on a multiple of 64.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', 10 + length - 1, 'latin1');
  return Buffer.concat([header, bytes]);
}
