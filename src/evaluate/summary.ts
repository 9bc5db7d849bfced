// All cases together: what a model card quotes.
import type { Unit } from '../findings.ts';
import type { CaseResult, EvaluatedCase } from './case-result.ts';
import { phaseDistance } from './case-result.ts';
import type { LabelledPair } from './bland-altman-svg.ts';
import type { MotionScore } from './score-motion.ts';
import type { StructureScore } from './score-phase.ts';
import { agreementOf, mean, standardDeviation, type Agreement } from './statistics.ts';

/** One kind of number over cases. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  readonly standardDeviation: number;
}

export interface StructureSummary {
  readonly structure: string;
  readonly phase: string;
  readonly dice: Spread | null;
  readonly worst: { readonly id: string; readonly dice: number } | null;
  readonly hausdorff95Mm: Spread | null;
  readonly hausdorffMm: Spread | null;
  readonly sliceHausdorff95Mm: Spread | null;
  readonly sliceHausdorffMm: Spread | null;
  readonly precision: Spread | null;
  readonly sensitivity: Spread | null;
  readonly specificity: Spread | null;
  readonly negativePredictiveValue: Spread | null;
}

export interface NumberSummary {
  readonly name: string;
  readonly unit: Unit;
  /** Null when the model found this number in no case. */
  readonly agreement: Agreement | null;
  readonly pairs: readonly LabelledPair[];
  /** Cases in which the model found none. */
  readonly missing: number;
}

/** Dice of one structure in one group of cases. */
export interface GroupDice {
  readonly group: string;
  readonly structure: string;
  readonly phase: string;
  readonly dice: Spread;
}

export interface EvaluationSummary {
  readonly cases: number;
  readonly failed: number;
  readonly structures: readonly StructureSummary[];
  /** Empty when there is one group. */
  readonly groups: readonly GroupDice[];
  readonly numbers: readonly NumberSummary[];
  /** Of numbers without truth. */
  readonly found: readonly {
    readonly name: string;
    readonly unit: Unit;
    readonly spread: Spread;
  }[];
  /** Greatest distance of found and true phases, in phases. */
  readonly phaseErrors: { readonly endDiastole: Spread; readonly endSystole: Spread } | null;
  readonly motion: {
    readonly errorMm: Spread;
    readonly endSystoleErrorMm: Spread;
    readonly endSystoleDisplacementMm: Spread;
    readonly circumferentialStrainPercent: Agreement | null;
    readonly radialStrainPercent: Agreement | null;
  } | null;
}

/** Summarises cases. Failed cases have no figures: they are counted apart. */
export function summarise(results: readonly CaseResult[]): EvaluationSummary {
  const cases = results.filter((r): r is EvaluatedCase => r.outcome === 'evaluated');
  return {
    cases: results.length,
    failed: results.length - cases.length,
    structures: structureSummaries(cases),
    groups: groupDice(cases),
    numbers: numberSummaries(cases),
    found: foundSummaries(cases),
    phaseErrors: phaseErrors(cases),
    motion: motionSummary(cases),
  };
}

function spreadOf(values: readonly (number | null | undefined)[]): Spread | null {
  const known = values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
  if (known.length === 0) return null;
  return {
    count: known.length,
    mean: mean(known),
    standardDeviation: standardDeviation(known),
  };
}

function structureSummaries(cases: readonly EvaluatedCase[]): StructureSummary[] {
  const groups = new Map<string, { readonly id: string; readonly score: StructureScore }[]>();
  for (const { id, scores } of cases)
    for (const score of scores) {
      const key = `${score.structure} ${score.phase}`;
      groups.set(key, [...(groups.get(key) ?? []), { id, score }]);
    }
  return [...groups.values()].map((own) => {
    const [{ score: first }] = own;
    const spread = (pick: (score: StructureScore) => number | null | undefined) =>
      spreadOf(own.map(({ score }) => pick(score)));
    const worst = own
      .flatMap(({ id, score }) => (score.dice === null ? [] : [{ id, dice: score.dice }]))
      .toSorted((a, b) => a.dice - b.dice)
      .at(0);
    return {
      structure: first.structure,
      phase: first.phase,
      dice: spread((s) => s.dice),
      worst: worst ?? null,
      hausdorff95Mm: spread((s) => s.volumeDistance?.hausdorff95Mm),
      hausdorffMm: spread((s) => s.volumeDistance?.hausdorffMm),
      sliceHausdorff95Mm: spread((s) => s.sliceDistance?.hausdorff95Mm),
      sliceHausdorffMm: spread((s) => s.sliceDistance?.hausdorffMm),
      precision: spread((s) => s.withinMyocardium?.precision),
      sensitivity: spread((s) => s.withinMyocardium?.sensitivity),
      specificity: spread((s) => s.withinMyocardium?.specificity),
      negativePredictiveValue: spread((s) => s.withinMyocardium?.negativePredictiveValue),
    };
  });
}

function groupDice(cases: readonly EvaluatedCase[]): GroupDice[] {
  const names = [...new Set(cases.map(({ group }) => group))].toSorted();
  if (names.length < 2) return [];
  return names.flatMap((group) =>
    structureSummaries(cases.filter((c) => c.group === group)).flatMap(
      ({ structure, phase, dice }) => (dice === null ? [] : [{ group, structure, phase, dice }]),
    ),
  );
}

function numberSummaries(cases: readonly EvaluatedCase[]): NumberSummary[] {
  const all = cases.flatMap(({ id, compared }) => compared.map((number) => ({ id, ...number })));
  return [...new Set(all.map(({ name }) => name))].map((name) => {
    const own = all.filter((number) => number.name === name);
    const pairs = own.flatMap(({ id, truth, predicted }) =>
      predicted === null ? [] : [{ id, truth, predicted }],
    );
    return {
      name,
      unit: own[0].unit,
      agreement: pairs.length === 0 ? null : agreementOf(pairs),
      pairs,
      missing: own.length - pairs.length,
    };
  });
}

function foundSummaries(cases: readonly EvaluatedCase[]): EvaluationSummary['found'] {
  const all = cases.flatMap(({ found }) => found);
  return [...new Set(all.map(({ name }) => name))].flatMap((name) => {
    const own = all.filter((number) => number.name === name);
    const spread = spreadOf(own.map(({ predicted }) => predicted));
    return spread === null ? [] : [{ name, unit: own[0].unit, spread }];
  });
}

function phaseErrors(cases: readonly EvaluatedCase[]): EvaluationSummary['phaseErrors'] {
  const error = (phase: 'endDiastole' | 'endSystole') =>
    spreadOf(
      cases.map(({ phasesFound, phasesTrue }) =>
        phasesTrue === null || phasesFound === null
          ? null
          : phaseDistance(phasesFound[phase], phasesTrue[phase], phasesTrue.count),
      ),
    );
  const [endDiastole, endSystole] = [error('endDiastole'), error('endSystole')];
  return endDiastole === null || endSystole === null ? null : { endDiastole, endSystole };
}

/** Walls thinner than three pixels have no strain: their cases count for displacement alone. */
function strainAgreement(
  scores: readonly MotionScore[],
  direction: keyof MotionScore['strainPercent'],
): Agreement | null {
  const pairs = scores
    .map((s) => s.strainPercent[direction])
    .filter(({ truth, predicted }) => Number.isFinite(truth + predicted));
  return pairs.length === 0 ? null : agreementOf(pairs);
}

function motionSummary(cases: readonly EvaluatedCase[]): EvaluationSummary['motion'] {
  const scores = cases.flatMap(({ motion }) => motion ?? []);
  const errorMm = spreadOf(scores.map((s) => s.errorMm));
  const endSystoleErrorMm = spreadOf(scores.map((s) => s.endSystoleErrorMm));
  const endSystoleDisplacementMm = spreadOf(scores.map((s) => s.endSystoleDisplacementMm));
  if (errorMm === null || endSystoleErrorMm === null || endSystoleDisplacementMm === null)
    return null;
  return {
    errorMm,
    endSystoleErrorMm,
    endSystoleDisplacementMm,
    circumferentialStrainPercent: strainAgreement(scores, 'circumferential'),
    radialStrainPercent: strainAgreement(scores, 'radial'),
  };
}
