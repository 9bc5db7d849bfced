// The status page: a pure function of what the node knows.
import type { ExamStatus } from '../exam-status.ts';
import type { Findings, Measured, Measurements } from '../findings.ts';
import { html, type Html } from './html.ts';
import { DELIVERY_LABELS, measuredText, summarise, WORK_LABELS } from './summary.ts';

const REFRESH_SECONDS = 10;
const ROWS_MAX = 200;

type MeasureName = {
  [K in keyof Measurements]: Measurements[K] extends Measured ? K : never;
}[keyof Measurements];

const COLUMNS: readonly (readonly [name: MeasureName, heading: string])[] = [
  ['lvEf', 'LV EF'],
  ['lvEdv', 'LV EDV'],
  ['lvEsv', 'LV ESV'],
  ['rvEf', 'RV EF'],
  ['lvMass', 'LV mass'],
  ['scarShare', 'Scar, share of LV mass'],
  ['edemaShare', 'Edema, share of LV mass'],
];

/**
 * The whole page.
 *
 * @param exams - in any order; the page shows the latest change first
 */
export function statusPage(exams: readonly ExamStatus[], version: string): string {
  const latestFirst = exams.toSorted((a, b) => b.changedAt.localeCompare(a.changedAt));
  const shown = latestFirst.slice(0, ROWS_MAX);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta http-equiv="refresh" content="${REFRESH_SECONDS}" />
        <title>CineMyoPS node</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <h1>CineMyoPS node</h1>
        <p class="notice">Research use only. Not reviewed by a physician; not for diagnosis.</p>
        ${shown.length === 0 ? emptyNote() : examTable(shown)}
        <footer>
          ${countText(exams)}${exams.length > ROWS_MAX ? `, the latest ${ROWS_MAX} shown` : ''}.
          Version ${version}. <a href="/api/exams">As JSON</a>.
        </footer>
      </body>
    </html>`;
  return page.html;
}

const countText = (exams: readonly ExamStatus[]): string =>
  exams.length === 1 ? '1 exam' : `${exams.length} exams`;

const emptyNote = (): Html =>
  html`<p>No exam yet. Send a short-axis cine series to Orthanc, and it appears here.</p>`;

function examTable(exams: readonly ExamStatus[]): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Exam</th>
        <th scope="col">Changed</th>
        <th scope="col">Analysis</th>
        <th scope="col">Results</th>
        ${COLUMNS.map(([, heading]) => html`<th scope="col">${heading}</th>`)}
      </tr>
    </thead>
    ${exams.map(examRows)}
  </table>`;
}

function examRows(exam: ExamStatus): Html {
  const remarks = remarksOf(exam);
  return html`<tbody data-exam="${exam.id}">
    <tr>
      <th scope="row"><code>${exam.id}</code></th>
      <td><time datetime="${exam.changedAt}">${shortTime(exam.changedAt)}</time></td>
      <td><span class="state ${exam.work}">${WORK_LABELS[exam.work]}</span>${attempts(exam)}</td>
      <td><span class="state ${exam.delivery}">${DELIVERY_LABELS[exam.delivery]}</span></td>
      ${COLUMNS.map(([name]) => measuredCell(exam.findings?.measurements[name]))}
    </tr>
    ${remarks.length === 0 ? [] : remarksRow(remarks)}
  </tbody>`;
}

const attempts = (exam: ExamStatus): string =>
  exam.attempts > 1 ? ` (attempt ${exam.attempts})` : '';

function measuredCell(measured: Measured | undefined): Html {
  if (measured === undefined) return html`<td></td>`;
  const reason = measured.value === null ? measured.reason : '';
  return html`<td class="number" title="${reason}">${measuredText(measured)}</td>`;
}

function remarksOf(exam: ExamStatus): string[] {
  const summary = exam.reason === undefined ? [] : [summarise(exam)];
  return exam.findings === undefined ? summary : [...summary, ...remarksOfFindings(exam.findings)];
}

function remarksOfFindings(findings: Findings): string[] {
  const { slices, phases, model, completeness, warnings, notes } = findings;
  const stack = `${slices} slices, ${phases} phases, model ${model.version}.`;
  const partial = completeness.verdict === 'complete' ? [] : [`Exam ${completeness.verdict}.`];
  return [stack, ...warnings, ...partial, ...completeness.notes, ...notes];
}

const remarksRow = (remarks: readonly string[]): Html =>
  html`<tr class="remarks">
    <td colspan="${4 + COLUMNS.length}">
      <ul>
        ${remarks.map((remark) => html`<li>${remark}</li>`)}
      </ul>
    </td>
  </tr>`;

/** To the minute, UTC. */
const shortTime = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
