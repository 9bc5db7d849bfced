// The held-out slices that every epoch is judged on, the same each time and not augmented.
import { TASK_LABEL } from '../labels.ts';
import { createRandom } from '../random.ts';
import { groupBySource } from './draw-batch.ts';
import type { TrainingPlan } from './plan.ts';
import { evenFractions, framesAt, heartCentre, showFrames, type TrainingSample } from './sample.ts';
import { annotationAt, type CineSlice, frameOf, isCine } from './source.ts';
import type { PatientOfSource } from './split.ts';
import { sampleLabels, type View } from './view.ts';

/** Fewer frames than in use, evenly spread: the head takes their mean. */
const FRAMES = 9;
/** The whole scan, as the heart is looked for. */
const WIDE = { size: 192, pixelMm: 1.5 } as const;

/** One held-out slice; `cine` has several frames from end diastole on, the others one. */
export interface ValidationCase extends TrainingSample {
  readonly kind: 'cine' | 'still' | 'wide' | 'systole';
  readonly frames: number;
  readonly size: number;
}

function shown(
  slice: CineSlice,
  kind: ValidationCase['kind'],
  { frames, view, t }: { frames: readonly Float32Array[]; view: View; t: number },
): ValidationCase {
  const [, rows, columns] = slice.shape;
  const { cine, points } = showFrames(frames, { slice, view });
  const labels = slice.labels.get(t) ?? new Uint8Array(rows * columns);
  return {
    kind,
    frames: frames.length,
    size: view.size,
    cine,
    labels: sampleLabels(labels, [rows, columns], points),
    annotation: annotationAt(slice, t),
  };
}

type CasePlan = Pick<TrainingPlan, 'patchMm'>;

const STRAIGHT = { radians: 0, isMirrored: false } as const;

const nearView = (slice: CineSlice, { patchMm }: CasePlan): View => ({
  centre: heartCentre(slice),
  size: patchMm,
  pixelMm: 1,
  ...STRAIGHT,
});

/** The heart, of a cine at end diastole, first; then the whole scan. */
function casesOf(slice: CineSlice, plan: CasePlan): ValidationCase[] {
  const near = nearView(slice, plan);
  const [, rows, columns] = slice.shape;
  const wide: View = { centre: [(rows - 1) / 2, (columns - 1) / 2], ...WIDE, ...STRAIGHT };
  // Not every slice of a heart reaches into the ventricle at end diastole, or was drawn there.
  const [firstLabelled = slice.endDiastole] = slice.labels.keys();
  const t = slice.labels.has(slice.endDiastole) ? slice.endDiastole : firstLabelled;
  const still = { frames: [frameOf(slice, t)], t };
  const around = shown(slice, 'wide', { ...still, view: wide });
  return isCine(slice)
    ? [
        shown(slice, 'cine', { frames: framesAt(slice, evenFractions(FRAMES)), view: near, t }),
        around,
      ]
    : [shown(slice, 'still', { ...still, view: near }), around];
}

/** The frame in which the least LV blood was drawn, where it was drawn at end diastole too. */
function systoleOf(slice: CineSlice, plan: CasePlan): ValidationCase | undefined {
  const { labels, endDiastole } = slice;
  if (!isCine(slice) || !annotationAt(slice, endDiastole).hasLvBlood) return undefined;
  const drawn = [...labels].filter(([t]) => t !== endDiastole && annotationAt(slice, t).hasLvBlood);
  const blood = (map: Uint8Array): number =>
    map.reduce((sum, label) => sum + (label === TASK_LABEL.lvBlood ? 1 : 0), 0);
  const least = drawn
    .map(([t, map]) => [blood(map), t])
    .toSorted(([a], [b]) => a - b)
    .at(0);
  if (least === undefined) return undefined;
  const [, t] = least;
  const still = { frames: [frameOf(slice, t)], t, view: nearView(slice, plan) };
  return shown(slice, 'systole', still);
}

/** Slices of one patient. */
export interface PatientSlices {
  readonly cases: readonly ValidationCase[];
  /** Of slices drawn at both ends of the beat: indices of the case at end diastole and of that at end systole. */
  readonly beats: readonly (readonly [diastole: number, systole: number])[];
}

/** Draws slices of one patient: the same for the same seed. */
export async function drawPatientCases(
  { source, patient }: PatientOfSource,
  { patchMm, seed, slices }: Pick<TrainingPlan, 'patchMm' | 'seed'> & { readonly slices: number },
): Promise<PatientSlices> {
  const cases: ValidationCase[] = [];
  const beats: [number, number][] = [];
  for (let i = 0; i < slices; i++) {
    const random = createRandom(`judged ${seed}/${patient}/slice ${i}`);
    const slice = await source.draw(patient, random);
    const diastole = cases.length;
    cases.push(...casesOf(slice, { patchMm }));
    const systole = systoleOf(slice, { patchMm });
    if (systole !== undefined) beats.push([diastole, cases.push(systole) - 1]);
  }
  return { cases, beats };
}

/** Draws the held-out slices of a plan, equally from every source. */
export async function drawValidationCases(
  plan: TrainingPlan,
  patients: readonly PatientOfSource[],
): Promise<ValidationCase[]> {
  const bySource = groupBySource(patients);
  const cases: ValidationCase[] = [];
  for (let i = 0; i < (bySource.length === 0 ? 0 : plan.validationSlices); i++) {
    const group = bySource[i % bySource.length];
    const { source, patient } = group[Math.floor(i / bySource.length) % group.length];
    const random = createRandom(`validation ${plan.seed}/slice ${i}`);
    cases.push(...casesOf(await source.draw(patient, random), plan));
  }
  return cases;
}
