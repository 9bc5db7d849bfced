// Findings as a person reads them on a terminal.
import type { Findings, Measured } from '../findings.ts';

/** A few lines: the numbers, what must be known of them, and the warnings. */
export function summaryOf(findings: Findings): string {
  const { measurements: m, completeness, model } = findings;
  const rows: readonly (readonly [string, Measured])[] = [
    ['LV EDV', m.lvEdv],
    ['LV ESV', m.lvEsv],
    ['LV EF', m.lvEf],
    ['LV mass', m.lvMass],
    ['RV EDV', m.rvEdv],
    ['RV EF', m.rvEf],
    ['scar', m.scarShare],
    ['scar or edema', m.injuryShare],
  ];
  return [
    `${findings.slices} slices x ${findings.phases} phases, ED phase ${findings.endDiastolePhase}, ES phase ${findings.endSystolePhase}, ${completeness.verdict}, model ${model.version}`,
    ...rows.map(
      ([name, measured], i) => `  ${name.padEnd(14)} ${textOf(measured, rows[i - 1]?.[1])}`,
    ),
    ...[...completeness.notes, ...findings.notes].map((note) => `  note: ${note}`),
    ...findings.warnings.map((warning) => `  WARNING: ${warning}`),
    '',
  ].join('\n');
}

/** @param above - what stands in the line before: a reason is said once */
function textOf(measured: Measured, above: Measured | undefined): string {
  if (measured.value !== null) return `${measured.value.toFixed(1)} ${measured.unit}`;
  const isSame = above?.value === null && above.reason === measured.reason;
  return `not measured: ${isSame ? 'as above' : measured.reason}`;
}
