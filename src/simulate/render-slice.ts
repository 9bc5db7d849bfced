// One slice of the subject before the scanner: signal of tissue and true labels at every phase.
import { tissueOfChest } from './chest.ts';
import { heartMoment, labelOf, tissueAt, type HeartMoment } from './heart.ts';
import { createHeartPoint, type HeartPoint } from './kinematics.ts';
import { phaseTime, type ScanPlan } from './scan.ts';
import {
  isSliceOfLv,
  MIDDLE,
  moveTo,
  reachOfHeart,
  SAMPLES,
  viewSlice,
  type PixelBox,
  type SliceView,
} from './slice-view.ts';
import type { Subject } from './subject.ts';
import { TISSUE } from './tissues.ts';

/** Signal (LV blood = 1, fat below 0 where opposed) and labels of one slice. */
export interface RenderedSlice {
  /** `[Y, X]`: the chest without motion. */
  readonly still: Float32Array;
  /** `[T, boxY, boxX]`: what lies in the box. */
  readonly moving: Float32Array;
  readonly box: PixelBox;
  /** `[T, Y, X]`, values of TASK_LABEL: what most of the slab in the pixel is. */
  readonly labels: Uint8Array;
}

/** Signal of the chest at every sample of every pixel: `[SAMPLES][Y, X]`. */
function renderChest(view: SliceView): Float32Array[] {
  const { chest, appearance } = view.subject;
  const { rows, columns } = view.plan;
  const signals = view.chestMaps.map(() => new Float32Array(rows * columns));
  const at = new Float64Array(3);
  const tissues = new Uint8Array(SAMPLES.length);
  for (let y = 0, i = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, i++) {
      for (let k = 0; k < SAMPLES.length; k++) {
        if (k > MIDDLE && tissues[0] === tissues[MIDDLE] && tissues[1] === tissues[MIDDLE]) {
          tissues[k] = tissues[MIDDLE];
          continue;
        }
        const { start, perRow, perColumn } = view.chestMaps[k];
        for (let c = 0; c < 3; c++) at[c] = start[c] + y * perRow[c] + x * perColumn[c];
        tissues[k] = tissueOfChest(chest, at[0], at[1], at[2]);
      }
      const texture = appearance.textures[tissues[MIDDLE]];
      const grain = texture === 0 ? 0 : texture * chest.noise(at[0] / 6, at[1] / 6, at[2] / 6);
      for (let k = 0; k < SAMPLES.length; k++)
        signals[k][i] = appearance.signals[tissues[k]] * (1 + grain);
    }
  return signals;
}

/** Texture of a heart tissue, that moves with the wall, and flow in the blood: a share of its signal. */
function heartGrain(
  subject: Subject,
  moment: HeartMoment,
  point: HeartPoint,
  tissue: number,
): number {
  const { appearance, heart } = subject;
  const { noise } = heart;
  const texture = appearance.textures[tissue];
  if (tissue >= TISSUE.lvBlood && tissue <= TISSUE.atrium) {
    const grain = noise(point.u / 8, point.v / 8, point.a / 10);
    const swirl = noise(point.u / 13, point.v / 13 + 9, point.a / 15 + 6 * moment.time);
    return texture * grain + appearance.flow * swirl;
  }
  // One turn is the noise's period, so that the texture closes around the wall.
  const around = point.theta * (32 / (2 * Math.PI));
  return texture * noise(around, Math.sqrt(point.rSquared) / 3.5, point.zeta * 16);
}

/** Which label most samples of a pixel have; the lower value where two have as many. */
function mostVoted(votes: Uint8Array): number {
  let best = 0;
  for (let label = 1; label < votes.length; label++) if (votes[label] > votes[best]) best = label;
  return best;
}

function renderPhase(
  view: SliceView,
  moment: HeartMoment,
  target: {
    readonly box: PixelBox;
    readonly pixels: Int32Array;
    readonly chest: readonly Float32Array[];
    readonly signal: Float32Array;
    readonly labels: Uint8Array;
  },
): void {
  const { subject, plan, heartMaps } = view;
  const { box, pixels, chest, signal, labels } = target;
  const { signals } = subject.appearance;
  const width = box.right - box.left;
  const point = createHeartPoint();
  const isOfLv = isSliceOfLv(view, moment);
  const votes = new Uint8Array(6);
  for (const pixel of pixels) {
    const y = Math.floor(pixel / plan.columns);
    const x = pixel - y * plan.columns;
    votes.fill(0);
    let sum = 0;
    let grain = 0;
    let looked = 0;
    let isUniform = true;
    let before = 0;
    while (looked < SAMPLES.length && !(isUniform && looked > MIDDLE)) {
      moveTo(point, heartMaps[looked], y, x);
      const tissue = tissueAt(subject.heart, moment, point);
      votes[labelOf(tissue, point, isOfLv)]++;
      sum += tissue < 0 ? chest[looked][pixel] : signals[tissue];
      if (looked === MIDDLE && tissue >= 0) grain = heartGrain(subject, moment, point, tissue);
      isUniform &&= looked === 0 || tissue === before;
      before = tissue;
      looked++;
    }
    signal[(y - box.top) * width + x - box.left] = (sum / looked) * (1 + grain);
    labels[pixel] = mostVoted(votes);
  }
}

/** Copies the still chest into the box of one phase. */
function fillBox(signal: Float32Array, still: Float32Array, box: PixelBox, columns: number): void {
  const width = box.right - box.left;
  for (let y = box.top; y < box.bottom; y++) {
    const from = y * columns + box.left;
    signal.set(still.subarray(from, from + width), (y - box.top) * width);
  }
}

/** Renders slice z of the plan at every phase. */
export function renderSlice(subject: Subject, plan: ScanPlan, z: number): RenderedSlice {
  const view = viewSlice(subject, plan, z);
  const chest = renderChest(view);
  const { box, pixels } = reachOfHeart(view);
  const size = plan.rows * plan.columns;
  const boxSize = (box.bottom - box.top) * (box.right - box.left);
  const still = new Float32Array(size);
  for (const sample of chest) for (let i = 0; i < size; i++) still[i] += sample[i] / chest.length;
  const moving = new Float32Array(plan.phases * boxSize);
  const labels = new Uint8Array(plan.phases * size);
  for (let t = 0; t < plan.phases; t++) {
    const signal = moving.subarray(t * boxSize, (t + 1) * boxSize);
    fillBox(signal, still, box, plan.columns);
    const moment = heartMoment(subject.heart, phaseTime(plan, t));
    const target = { box, pixels, chest, signal };
    renderPhase(view, moment, { ...target, labels: labels.subarray(t * size, (t + 1) * size) });
  }
  return { still, moving, box, labels };
}
