// How good the network is on slices that it was not trained on, its outputs decided as in use; what needs a whole
// heart, the largest component and the least volume of a lesion, is left out.
import { ANATOMY, PATHOLOGY, TASK_LABEL } from '../labels.ts';
import type { Architecture } from '../network/architecture.ts';
import { buildInferenceModels } from '../network/onnx/inference-models.ts';
import { openSession } from '../network/onnx/open-session.ts';
import type { NamedParameters } from '../network/parameters.ts';
import type { CineMyopsSession } from '../network/session.ts';
import { settleLesions } from '../network/settle-lesions.ts';
import { softmax } from '../network/softmax.ts';
import type { Annotation } from '../network/targets.ts';
import { type Overlap, overlapOf, pooledDice, type Predicate } from './dice.ts';
import type { ValidationCase } from './validation-cases.ts';

const is =
  (...wanted: readonly number[]): Predicate =>
  (label) =>
    wanted.includes(label);

const MYOCARDIUM = is(TASK_LABEL.myocardium, TASK_LABEL.edema, TASK_LABEL.scar);

interface Figure {
  readonly output: 'anatomy' | 'pathology';
  readonly isPredicted: Predicate;
  readonly isTrue: Predicate;
  /** What must have been drawn for the comparison to mean something. */
  readonly needs: keyof Annotation;
}

const FIGURES = {
  lv: {
    output: 'anatomy',
    isPredicted: is(ANATOMY.lvBlood),
    isTrue: is(TASK_LABEL.lvBlood),
    needs: 'hasLvBlood',
  },
  myocardium: {
    output: 'anatomy',
    isPredicted: is(ANATOMY.myocardium),
    isTrue: MYOCARDIUM,
    needs: 'hasMyocardium',
  },
  rv: {
    output: 'anatomy',
    isPredicted: is(ANATOMY.rvBlood),
    isTrue: is(TASK_LABEL.rvBlood),
    needs: 'hasRvBlood',
  },
  scar: {
    output: 'pathology',
    isPredicted: is(PATHOLOGY.scar),
    isTrue: is(TASK_LABEL.scar),
    needs: 'hasScar',
  },
  scarOrEdema: {
    output: 'pathology',
    isPredicted: is(PATHOLOGY.scar, PATHOLOGY.edema),
    isTrue: is(TASK_LABEL.scar, TASK_LABEL.edema),
    needs: 'hasEdema',
  },
} as const satisfies Record<string, Figure>;

/** What the network made of a case, `[size, size]` each. */
export interface Prediction {
  readonly anatomy: Uint8Array;
  /** Absent for single frames. */
  readonly pathology?: Uint8Array;
}

export interface Validation {
  /** Dice, pooled over the cases: `lv` .. `scarOrEdema` of cine, `lvStill`, `lvWide`. */
  readonly dice: Readonly<Record<string, number>>;
  /** Mean of all of them. */
  readonly score: number;
  readonly predictions: readonly Prediction[];
}

/** Index of the greatest of C values at every pixel of `[C, ...]`. */
function greatest(values: Float32Array, classes: number): Uint8Array {
  const size = values.length / classes;
  return Uint8Array.from({ length: size }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (values[c * size + i] > values[best * size + i]) best = c;
    return best;
  });
}

/** Runs the network on one case. */
export async function predict(session: CineMyopsSession, own: ValidationCase): Promise<Prediction> {
  const { cine, frames, size } = own;
  if (own.kind !== 'cine') {
    const anatomy = await session.runAnatomy(cine, [1, size, size]);
    return { anatomy: greatest(anatomy, Object.keys(ANATOMY).length) };
  }
  const { anatomy, logits } = await session.runCine(cine, [1, frames, size, size]);
  const channels = Object.keys(ANATOMY).length;
  const classes = Object.keys(PATHOLOGY).length;
  softmax(logits[0], classes);
  settleLesions(logits[0]);
  return {
    anatomy: greatest(anatomy.subarray(0, channels * size * size), channels),
    pathology: greatest(logits[0], classes),
  };
}

function diceOf(
  { output, isPredicted, isTrue, needs }: Figure,
  cases: readonly ValidationCase[],
  { kind, predictions }: { kind: ValidationCase['kind']; predictions: readonly Prediction[] },
): number | undefined {
  const overlaps: Overlap[] = [];
  cases.forEach((own, i) => {
    const predicted = predictions[i][output];
    if (own.kind !== kind || !own.annotation[needs] || predicted === undefined) return;
    overlaps.push(overlapOf([predicted, own.labels], [isPredicted, isTrue]));
  });
  return pooledDice(overlaps);
}

interface ValidatedNetwork {
  readonly architecture: Architecture;
  readonly parameters: NamedParameters;
}

/** Opens a network as ONNX models with its running statistics. */
export function openForValidation(network: ValidatedNetwork): Promise<CineMyopsSession> {
  const { architecture, parameters } = network;
  const models = buildInferenceModels(architecture, parameters);
  return openSession({ architecture, ...models }, 'cpu');
}

/** Dice, pooled over the cases: `lv` .. `scarOrEdema` of cine, `lvStill`, `lvWide`; those that nothing tells are absent. */
export function diceOfCases(
  cases: readonly ValidationCase[],
  predictions: readonly Prediction[],
): Record<string, number> {
  const figures: [string, number | undefined][] = [
    ...Object.entries(FIGURES).map(([name, figure]): [string, number | undefined] => [
      name,
      diceOf(figure, cases, { kind: 'cine', predictions }),
    ]),
    ['lvStill', diceOf(FIGURES.lv, cases, { kind: 'still', predictions })],
    ['lvWide', diceOf(FIGURES.lv, cases, { kind: 'wide', predictions })],
  ];
  return Object.fromEntries(figures.filter((f): f is [string, number] => f[1] !== undefined));
}

/** Runs a network over the cases. */
export async function validate(
  network: ValidatedNetwork,
  cases: readonly ValidationCase[],
): Promise<Validation> {
  const session = await openForValidation(network);
  const predictions: Prediction[] = [];
  try {
    for (const own of cases) predictions.push(await predict(session, own));
  } finally {
    await session.release();
  }
  const dice = diceOfCases(cases, predictions);
  const known = Object.values(dice);
  const score = known.reduce((sum, d) => sum + d, 0) / Math.max(1, known.length);
  return { dice, score, predictions };
}
