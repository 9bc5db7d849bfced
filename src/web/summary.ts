// Findings and states in words, for the status page and for the button in Orthanc Explorer.
import type { DeliveryState, ExamStatus, WorkState } from '../exam-status.ts';
import type { Measured } from '../findings.ts';

export const WORK_LABELS: Readonly<Record<WorkState, string>> = {
  queued: 'queued',
  waiting: 'waiting for the rest of the exam',
  running: 'running',
  done: 'done',
  refused: 'refused',
  failed: 'failed',
};

export const DELIVERY_LABELS: Readonly<Record<DeliveryState, string>> = {
  none: '-',
  pending: 'on its way',
  delivered: 'in the PACS',
  failed: 'not delivered',
};

/** A value with its unit, or a dash where there is none. */
export function measuredText(measured: Measured): string {
  if (measured.value === null) return '\u2013';
  const digits = Math.abs(measured.value) < 10 ? 1 : 0;
  const unit = measured.unit === '1' ? '' : ` ${measured.unit}`;
  return `${measured.value.toFixed(digits)}${unit}`;
}

/** One sentence: why there is no result, or the findings in short. */
export function summarise(status: ExamStatus): string {
  if (status.reason !== undefined) return status.reason;
  if (status.work !== 'done' || status.findings === undefined) return '';
  const { lvEf, scarShare, edemaShare } = status.findings.measurements;
  const untrained = status.findings.model.isTrained ? '' : ' Untrained model: not a result.';
  return (
    `LV EF ${measuredText(lvEf)}, scar ${measuredText(scarShare)} and edema ` +
    `${measuredText(edemaShare)} of LV mass.${untrained}`
  );
}
