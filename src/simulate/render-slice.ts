// One slice of the subject before the scanner: signal of tissue and true labels at every phase.
import { patientPosition, planeNormal, addScaled, type Vec3 } from '../volume.ts';
import { tissueOfChest } from './chest.ts';
import { heartMoment, labelOfTissue, tissueAt, type HeartMoment } from './heart.ts';
import { createHeartPoint, type HeartPoint } from './kinematics.ts';
import { greatestRadiusMm, toHeart } from './placement.ts';
import { phaseTime, type ScanPlan } from './scan.ts';
import type { Subject } from './subject.ts';
import { TISSUE } from './tissues.ts';

/** Rows and columns of pixels that the heart ever reaches, ends excluded. */
export interface PixelBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

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

/**
 * Points of a pixel's slab that are looked at: row and column offset in pixels, and depth as a
 * share of the slice thickness. Spread so that together they smooth edges in every direction.
 */
const SAMPLES: readonly (readonly [row: number, column: number, depth: number])[] = [
  [-0.3, 0.1, -0.4],
  [0.1, -0.3, -0.2],
  [0, 0, 0],
  [0.3, 0.3, 0.2],
  [-0.1, -0.1, 0.4],
];

/** An affine map from (row, column) to a 3D frame. */
interface Affine {
  readonly start: Vec3;
  readonly perRow: Vec3;
  readonly perColumn: Vec3;
}

/** Everything about a slice that its loops need. */
interface SliceView {
  readonly subject: Subject;
  readonly plan: ScanPlan;
  /** `[SAMPLES]`: pixels to the chest's and to the heart's frame. */
  readonly chestMaps: readonly Affine[];
  readonly heartMaps: readonly Affine[];
}

function affine(at: (y: number, x: number) => Vec3): Affine {
  const start = at(0, 0);
  return {
    start,
    perRow: addScaled(at(1, 0), start, -1),
    perColumn: addScaled(at(0, 1), start, -1),
  };
}

function viewSlice(subject: Subject, plan: ScanPlan, z: number): SliceView {
  const plane = plan.planes[z];
  const normal = planeNormal(plane.imageOrientationPatient);
  const maps = SAMPLES.map(([row, column, depth]) => {
    // The chest moved by the shift, so the slice sees what was that far the other way.
    const at = (y: number, x: number): Vec3 =>
      addScaled(
        addScaled(
          patientPosition(plane, plan.pixelSpacingMm, y + row, x + column),
          normal,
          depth * plan.sliceThicknessMm,
        ),
        plan.shiftsMm[z],
        -1,
      );
    return [affine(at), affine((y, x) => toHeart(subject.placement, at(y, x)))] as const;
  });
  return {
    subject,
    plan,
    chestMaps: maps.map(([chest]) => chest),
    heartMaps: maps.map(([, heart]) => heart),
  };
}

/** The pixels around the heart, with room for its fat and its motion. */
function boxOfHeart(view: SliceView): PixelBox {
  const { heart } = view.subject;
  const radius = greatestRadiusMm(heart);
  const room = 14 + 2 * heart.fatMm;
  const { rows, columns } = view.plan;
  let [top, bottom, left, right] = [rows, 0, columns, 0];
  for (const map of [view.heartMaps[0], view.heartMaps[4]])
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const u = map.start[0] + y * map.perRow[0] + x * map.perColumn[0];
        const v = map.start[1] + y * map.perRow[1] + x * map.perColumn[1];
        const a = map.start[2] + y * map.perRow[2] + x * map.perColumn[2];
        if (u < -radius - room || u > radius + heart.rv.depthMm + room) continue;
        if (Math.abs(v) > 1.5 * radius + room) continue;
        if (a < -60 || a > heart.lv.lengthMm + room) continue;
        top = Math.min(top, y);
        bottom = Math.max(bottom, y + 1);
        left = Math.min(left, x);
        right = Math.max(right, x + 1);
      }
  return bottom > top ? { top, bottom, left, right } : { top: 0, bottom: 0, left: 0, right: 0 };
}

/** Signal of the chest at every sample of every pixel. */
function renderChest(view: SliceView): Float32Array[] {
  const { chest, appearance } = view.subject;
  const { rows, columns } = view.plan;
  return view.chestMaps.map((map) => {
    const signal = new Float32Array(rows * columns);
    for (let y = 0, i = 0; y < rows; y++)
      for (let x = 0; x < columns; x++, i++) {
        const px = map.start[0] + y * map.perRow[0] + x * map.perColumn[0];
        const py = map.start[1] + y * map.perRow[1] + x * map.perColumn[1];
        const pz = map.start[2] + y * map.perRow[2] + x * map.perColumn[2];
        const tissue = tissueOfChest(chest, px, py, pz);
        const texture = appearance.textures[tissue];
        const grain = texture === 0 ? 0 : texture * chest.noise(px / 6, py / 6, pz / 6);
        signal[i] = appearance.signals[tissue] * (1 + grain);
      }
    return signal;
  });
}

/** Signal of a heart tissue: texture that moves with the wall, and flow in the blood. */
function heartSignal(
  subject: Subject,
  moment: HeartMoment,
  point: HeartPoint,
  tissue: number,
): number {
  const { appearance, heart } = subject;
  const { noise } = heart;
  const signal = appearance.signals[tissue];
  const texture = appearance.textures[tissue];
  if (tissue >= TISSUE.lvBlood && tissue <= TISSUE.atrium) {
    const grain = texture * noise(point.u / 8, point.v / 8, point.a / 10);
    const swirl = noise(point.u / 13, point.v / 13 + 9, point.a / 15 + 6 * moment.time);
    return signal * (1 + grain + appearance.flow * swirl);
  }
  const around = point.theta * (32 / (2 * Math.PI));
  const grain = noise(around, Math.sqrt(point.rSquared) / 3.5, point.zeta * 16);
  return signal * (1 + texture * grain);
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
    readonly chest: readonly Float32Array[];
    readonly signal: Float32Array;
    readonly labels: Uint8Array;
  },
): void {
  const { subject, plan, heartMaps } = view;
  const { box, chest, signal, labels } = target;
  const point = createHeartPoint();
  const votes = new Uint8Array(6);
  let i = 0;
  for (let y = box.top; y < box.bottom; y++)
    for (let x = box.left; x < box.right; x++, i++) {
      const pixel = y * plan.columns + x;
      votes.fill(0);
      let sum = 0;
      for (let k = 0; k < heartMaps.length; k++) {
        const map = heartMaps[k];
        point.u = map.start[0] + y * map.perRow[0] + x * map.perColumn[0];
        point.v = map.start[1] + y * map.perRow[1] + x * map.perColumn[1];
        point.a = map.start[2] + y * map.perRow[2] + x * map.perColumn[2];
        const tissue = tissueAt(subject.heart, moment, point);
        votes[labelOfTissue(tissue)]++;
        sum += tissue < 0 ? chest[k][pixel] : heartSignal(subject, moment, point, tissue);
      }
      signal[i] = sum / heartMaps.length;
      labels[pixel] = mostVoted(votes);
    }
}

/** Renders slice z of the plan at every phase. */
export function renderSlice(subject: Subject, plan: ScanPlan, z: number): RenderedSlice {
  const view = viewSlice(subject, plan, z);
  const chest = renderChest(view);
  const box = boxOfHeart(view);
  const size = plan.rows * plan.columns;
  const boxSize = (box.bottom - box.top) * (box.right - box.left);
  const still = new Float32Array(size);
  for (const sample of chest) for (let i = 0; i < size; i++) still[i] += sample[i] / chest.length;
  const moving = new Float32Array(plan.phases * boxSize);
  const labels = new Uint8Array(plan.phases * size);
  for (let t = 0; t < plan.phases; t++)
    renderPhase(view, heartMoment(subject.heart, phaseTime(plan, t)), {
      box,
      chest,
      signal: moving.subarray(t * boxSize, (t + 1) * boxSize),
      labels: labels.subarray(t * size, (t + 1) * size),
    });
  return { still, moving, box, labels };
}
