// Whether a newly trained network may take the place of the one in use.

/** Figures of one patient that neither network was trained on; of each, more is better. */
export interface PatientFigures {
  readonly patient: string;
  /** `expert` where a person drew the truth, `simulated` where it is known. */
  readonly truth: 'expert' | 'simulated';
  readonly figures: Readonly<Record<string, number>>;
}

/** The two networks in one figure, over the patients that have it. */
export interface FigureComparison {
  /** For example `expert lv`. */
  readonly name: string;
  readonly patients: number;
  readonly before: number;
  readonly after: number;
  /** Differences up to it happen by chance. */
  readonly noise: number;
  readonly outcome: 'better' | 'same' | 'worse';
}

export interface GateVerdict {
  readonly isBetter: boolean;
  /** A sentence. */
  readonly reason: string;
  readonly comparisons: readonly FigureComparison[];
}

/** Half the width of a 95 % interval in standard errors, for 2, 3, ... degrees of freedom (Student's t). */
const T_VALUES = [
  ...[4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23],
  ...[2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1, 2.09, 2.09],
] as const;
/** From 21 degrees of freedom on; 1.96 of infinitely many. */
const T_OF_MANY = 2.08;
/** Differences of Dice that nobody would see, however sure they are. */
const LEAST_NOISE = 0.005;
/** Of fewer than three patients nothing can be said about chance. */
const NOISE_OF_FEW = 0.05;
/** So large a loss is not forgiven for being uncertain. */
const LARGEST_LOSS = 0.1;

function noiseOf(differences: readonly number[]): number {
  const n = differences.length;
  if (n < 3) return NOISE_OF_FEW;
  const mean = meanOf(differences);
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1);
  const t = T_VALUES.at(n - 3) ?? T_OF_MANY;
  return Math.max(LEAST_NOISE, t * Math.sqrt(variance / n));
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function compare(name: string, pairs: readonly (readonly [number, number])[]): FigureComparison {
  const noise = noiseOf(pairs.map(([before, after]) => after - before));
  const before = meanOf(pairs.map(([value]) => value));
  const after = meanOf(pairs.map(([, value]) => value));
  const gain = after - before;
  const isWorse = gain < -Math.min(noise, LARGEST_LOSS);
  const outcome = isWorse ? 'worse' : gain > noise ? 'better' : 'same';
  return { name, patients: pairs.length, before, after, noise, outcome };
}

/** Figures of the same patients, paired. */
function comparisonsOf(
  before: readonly PatientFigures[],
  after: readonly PatientFigures[],
): FigureComparison[] {
  const keyOf = ({ truth, patient }: PatientFigures): string => `${truth} ${patient}`;
  const afterByKey = new Map(after.map((own) => [keyOf(own), own]));
  const pairs = new Map<string, [number, number][]>();
  for (const own of before)
    for (const [figure, value] of Object.entries(own.figures)) {
      const other = afterByKey.get(keyOf(own))?.figures[figure];
      if (other === undefined) continue;
      const name = `${own.truth} ${figure}`;
      pairs.set(name, [...(pairs.get(name) ?? []), [value, other]]);
    }
  return [...pairs].map(([name, values]) => compare(name, values));
}

/**
 * Judges by patients that neither network was trained on: no figure may be worse than chance explains, and one of
 * those that experts drew must be better.
 */
export function judgeNetworks(
  before: readonly PatientFigures[],
  after: readonly PatientFigures[],
): GateVerdict {
  const comparisons = comparisonsOf(before, after);
  const named = (outcome: FigureComparison['outcome']): string =>
    comparisons
      .filter((c) => c.outcome === outcome)
      .map((c) => `${c.name} ${c.before.toFixed(3)} to ${c.after.toFixed(3)}`)
      .join(', ');
  const isExperts = ({ name }: FigureComparison): boolean => name.startsWith('expert ');
  if (!comparisons.some(isExperts))
    return { isBetter: false, reason: 'no held-out patient has an expert’s contours', comparisons };
  if (comparisons.some(({ outcome }) => outcome === 'worse'))
    return { isBetter: false, reason: `worse: ${named('worse')}`, comparisons };
  if (!comparisons.some((c) => c.outcome === 'better' && isExperts(c)))
    return { isBetter: false, reason: 'no figure of the experts’ is better', comparisons };
  return { isBetter: true, reason: `better: ${named('better')}`, comparisons };
}
