// Results as a person reads them on a terminal.
import type { CaseResult, EvaluatedCase } from './case-result.ts';
import type { Agreement } from './statistics.ts';
import type { EvaluationSummary, Spread } from './summary.ts';

const MISSING = '-';

/** A few lines for one case. */
export function caseText(result: CaseResult): string {
  if (result.outcome === 'failed') return `${result.id}  FAILED: ${result.reason}\n`;
  const lines = [
    `${result.id} (${result.group})  ${phasesText(result)}`.trimEnd(),
    ...result.scores.map(
      (s) =>
        `  ${s.structure.padEnd(15)} ${s.phase.padEnd(9)} Dice ${fixed(s.dice, 3)}  HD95 ${fixed(s.volumeDistance?.hausdorff95Mm, 1)} mm  HD ${fixed(s.volumeDistance?.hausdorffMm, 1)} mm  ${fixed(s.predictedMl, 1)} of ${fixed(s.truthMl, 1)} mL`,
    ),
    ...result.compared.map(
      ({ name, unit, truth, predicted }) =>
        `  ${name.padEnd(26)} ${fixed(predicted, 1)} for ${fixed(truth, 1)} ${unit}`,
    ),
    ...result.found.map(
      ({ name, unit, predicted }) => `  ${name.padEnd(26)} ${fixed(predicted, 1)} ${unit}`,
    ),
    ...motionText(result),
    ...result.notes.map((note) => `  note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function phasesText({ phasesFound, phasesTrue }: EvaluatedCase): string {
  if (phasesFound === null) return '';
  const text = (found: number, real: number | undefined): string =>
    real === undefined ? `${found}` : `${found} for ${real}`;
  const ed = text(phasesFound.endDiastole, phasesTrue?.endDiastole);
  const es = text(phasesFound.endSystole, phasesTrue?.endSystole);
  return `ED phase ${ed}, ES phase ${es} of ${phasesFound.count}`;
}

function motionText({ motion }: EvaluatedCase): string[] {
  if (motion === null) return [];
  const { circumferential: c, radial: r } = motion.strainPercent;
  return [
    `  displacement error ${fixed(motion.errorMm, 2)} mm; at end systole ${fixed(motion.endSystoleErrorMm, 2)} of ${fixed(motion.endSystoleDisplacementMm, 2)} mm`,
    `  strain at end systole: circumferential ${fixed(c.predicted, 1)} for ${fixed(c.truth, 1)} %, radial ${fixed(r.predicted, 1)} for ${fixed(r.truth, 1)} %`,
  ];
}

/** The table below all cases. */
export function summaryText(summary: EvaluationSummary): string {
  const { structures, numbers, found, phaseErrors, motion } = summary;
  const lines = [
    `${summary.cases} cases, ${summary.failed} failed`,
    ...(structures.length === 0
      ? []
      : ['', row('mean +- SD', ['Dice', 'HD95 mm', 'HD mm', 'HD95 2D mm', 'HD 2D mm', 'worst'])]),
    ...structures.map((s) =>
      row(`${s.structure}, ${s.phase}`, [
        spread(s.dice, 3),
        spread(s.hausdorff95Mm, 1),
        spread(s.hausdorffMm, 1),
        spread(s.sliceHausdorff95Mm, 1),
        spread(s.sliceHausdorffMm, 1),
        s.worst === null ? MISSING : `${fixed(s.worst.dice, 2)} ${s.worst.id}`,
      ]),
    ),
    ...detectionLines(summary),
    ...groupLines(summary),
    ...(numbers.length === 0
      ? []
      : ['', row('model less truth', ['bias', '95 % limits', 'mean |error|', 'cases'])]),
    ...numbers.map(({ name, unit, agreement, missing }) =>
      row(`${name}, ${unit}`, [
        ...agreementCells(agreement),
        missing > 0 ? `${missing} not found` : '',
      ]),
    ),
    ...(found.length === 0 ? [] : ['', 'without truth']),
    ...found.map((f) => row(`${f.name}, ${f.unit}`, [spread(f.spread, 1)])),
    ...(phaseErrors === null
      ? []
      : [
          '',
          `phases apart: ED ${spread(phaseErrors.endDiastole, 1)}, ES ${spread(phaseErrors.endSystole, 1)}`,
        ]),
    ...(motion === null ? [] : ['', ...motionLines(motion)]),
  ];
  return `${lines.join('\n')}\n`;
}

function detectionLines({ structures }: EvaluationSummary): string[] {
  const lesions = structures.filter((s) => s.specificity !== null);
  if (lesions.length === 0) return [];
  return [
    '',
    row('within the myocardium', ['precision', 'sensitivity', 'specificity', 'NPV']),
    ...lesions.map((s) =>
      row(`${s.structure}, ${s.phase}`, [
        spread(s.precision, 2),
        spread(s.sensitivity, 2),
        spread(s.specificity, 2),
        spread(s.negativePredictiveValue, 2),
      ]),
    ),
  ];
}

function agreementCells(agreement: Agreement | null): string[] {
  if (agreement === null) return [MISSING, MISSING, MISSING, '0'];
  const { bias, limits, meanAbsoluteError, count } = agreement;
  return [
    fixed(bias, 1),
    `${fixed(limits[0], 1)} to ${fixed(limits[1], 1)}`,
    fixed(meanAbsoluteError, 1),
    `${count}`,
  ];
}

function groupLines({ groups }: EvaluationSummary): string[] {
  if (groups.length === 0) return [];
  return [
    '',
    row('Dice by group', ['mean +- SD', 'cases']),
    ...groups.map((g) =>
      row(`${g.group}: ${g.structure}, ${g.phase}`, [spread(g.dice, 3), `${g.dice.count}`]),
    ),
  ];
}

function motionLines(motion: NonNullable<EvaluationSummary['motion']>): string[] {
  const c = motion.circumferentialStrainPercent;
  const r = motion.radialStrainPercent;
  return [
    `displacement error ${spread(motion.errorMm, 2)} mm; at end systole ${spread(motion.endSystoleErrorMm, 2)} mm of ${spread(motion.endSystoleDisplacementMm, 2)} mm`,
    `strain error at end systole: circumferential ${fixed(c?.meanAbsoluteError, 1)} (bias ${fixed(c?.bias, 1)}), radial ${fixed(r?.meanAbsoluteError, 1)} (bias ${fixed(r?.bias, 1)}) percentage points`,
  ];
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(38)}${cells.map((cell) => cell.padEnd(17)).join('')}`.trimEnd();
}

function spread(value: Spread | null, digits: number): string {
  return value === null
    ? MISSING
    : `${value.mean.toFixed(digits)} +- ${value.standardDeviation.toFixed(digits)}`;
}

const fixed = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? MISSING
    : value.toFixed(digits);
