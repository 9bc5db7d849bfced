// Training labels as the losses want them: one-hot targets, and what is known of each sample.
import { TASK_LABEL } from '../labels.ts';
import { ANATOMY_CHANNELS, PATHOLOGY_CHANNELS, RESOLUTIONS } from './architecture.ts';
import type { Supervision } from './losses.ts';
import type { DenseArray } from './arrays/dense-array.ts';

/**
 * Which structures were drawn in a sample. What was not drawn may be anywhere in what is left: its class is
 * merged with the one that the annotator's label would hide it in, and the loss sees the merged class alone
 * (label-set losses: Fidon et al., MICCAI 2021).
 */
export interface Annotation {
  readonly hasLvBlood: boolean;
  readonly hasMyocardium: boolean;
  readonly hasRvBlood: boolean;
  readonly hasScar: boolean;
  readonly hasEdema: boolean;
}

export const FULL_ANNOTATION: Annotation = {
  hasLvBlood: true,
  hasMyocardium: true,
  hasRvBlood: true,
  hasScar: true,
  hasEdema: true,
};

/** For a sample without any label: it trains motion, consistency and smoothness. */
export const NO_ANNOTATION: Annotation = {
  hasLvBlood: false,
  hasMyocardium: false,
  hasRvBlood: false,
  hasScar: false,
  hasEdema: false,
};

/** Labels of a batch at end diastole. */
export interface LabelledSamples {
  /** `[N, H, W]`, values of TASK_LABEL. */
  readonly labels: Uint8Array;
  readonly shape: readonly [n: number, h: number, w: number];
  /** `[N]`. */
  readonly annotations: readonly Annotation[];
}

/** Indexed by TASK_LABEL: lesions belong to the myocardium. */
const ANATOMY_CLASS = [0, 1, 2, 3, 1, 1] as const;
/** Indexed by TASK_LABEL: edema is 4 in both orders, scar 5 becomes 3, the right ventricle background. */
const PATHOLOGY_CLASS = [0, 1, 2, 0, 4, 3] as const;

/** For each class of a network output, the merged class that it belongs to. */
type MergedClasses = readonly number[];

function mergedAnatomy(known: Annotation): MergedClasses {
  return [0, known.hasMyocardium ? 1 : 0, known.hasLvBlood ? 2 : 0, known.hasRvBlood ? 3 : 0];
}

function mergedPathology(known: Annotation): MergedClasses {
  const myocardium = known.hasMyocardium ? 1 : 0;
  return [
    0,
    myocardium,
    known.hasLvBlood ? 2 : 0,
    known.hasScar ? 3 : myocardium,
    known.hasEdema ? 4 : myocardium,
  ];
}

/** How one output of the network is compared with labels. */
interface Task {
  readonly classes: number;
  /** Number of the output's class for each TASK_LABEL. */
  readonly classOfLabel: readonly number[];
  readonly merged: (known: Annotation) => MergedClasses;
  /** False where the Dice term leaves the background out. */
  readonly hasBackgroundDice: boolean;
  readonly resolutions: number;
}

const ANATOMY_TASK: Task = {
  classes: ANATOMY_CHANNELS,
  classOfLabel: ANATOMY_CLASS,
  merged: mergedAnatomy,
  hasBackgroundDice: true,
  resolutions: 1,
};

const PATHOLOGY_TASK: Task = {
  classes: PATHOLOGY_CHANNELS,
  classOfLabel: PATHOLOGY_CLASS,
  merged: mergedPathology,
  hasBackgroundDice: false,
  resolutions: RESOLUTIONS,
};

/** One-hot over merged classes at every `step`-th pixel, `[N, C, H / step, W / step]`. */
function oneHot(samples: LabelledSamples, task: Task, step: number): DenseArray<Float32Array> {
  const [n, h, w] = samples.shape;
  const [rows, columns] = [h / step, w / step];
  const shape = [n, task.classes, rows, columns];
  const values = new Float32Array(n * task.classes * rows * columns);
  samples.annotations.forEach((known, sample) => {
    const merged = task.merged(known);
    const classOfLabel = task.classOfLabel.map((c) => merged[c]);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const label = samples.labels[(sample * h + y * step) * w + x * step];
        const channel = sample * task.classes + classOfLabel[label];
        values[(channel * rows + y) * columns + x] = 1;
      }
  });
  return { shape, values };
}

/** `[N, C, C]`. */
function mergeMatrices(
  groups: readonly MergedClasses[],
  classes: number,
): DenseArray<Float32Array> {
  const values = new Float32Array(groups.length * classes * classes);
  groups.forEach((merged, sample) => {
    merged.forEach((into, from) => {
      values[(sample * classes + into) * classes + from] = 1;
    });
  });
  return { shape: [groups.length, classes, classes], values };
}

function supervise(samples: LabelledSamples, task: Task): Supervision<DenseArray<Float32Array>> {
  const groups = samples.annotations.map(task.merged);
  const n = groups.length;
  // A sample whose classes all fall together says nothing about this output.
  const isLabelled = groups.map((merged) => merged.some((into) => into !== 0));
  const share = 1 / Math.max(1, isLabelled.filter(Boolean).length);
  const diceWeight = new Float32Array(n * task.classes);
  groups.forEach((merged, sample) => {
    const present = new Set(merged.filter((into) => into !== 0 || task.hasBackgroundDice));
    if (!isLabelled[sample]) return;
    for (const into of present) diceWeight[sample * task.classes + into] = share / present.size;
  });
  return {
    targets: Array.from({ length: task.resolutions }, (_, k) => oneHot(samples, task, 2 ** k)),
    merge: mergeMatrices(groups, task.classes),
    sampleWeight: {
      shape: [n, 1],
      values: Float32Array.from(isLabelled, (is) => (is ? share : 0)),
    },
    diceWeight: { shape: [n, task.classes], values: diceWeight },
  };
}

/** Highest value that a training label can have. */
export const LARGEST_TASK_LABEL = Math.max(...Object.values(TASK_LABEL));

/** Targets of the anatomy decoder. */
export function anatomySupervision(
  samples: LabelledSamples,
): Supervision<DenseArray<Float32Array>> {
  return supervise(samples, ANATOMY_TASK);
}

/** Targets of the pathology head at its four resolutions: every 2^k-th pixel of the label. */
export function pathologySupervision(
  samples: LabelledSamples,
): Supervision<DenseArray<Float32Array>> {
  return supervise(samples, PATHOLOGY_TASK);
}
