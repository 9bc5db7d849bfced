// Pictures of a case: every slice at end diastole above end systole, with outlines of truth and model.
import { PNG } from 'pngjs';
import { frameOffset, type Volume4D } from '../volume.ts';
import type { Picture } from './case-result.ts';
import type { PredictedPhase } from './score-phase.ts';
import { percentile } from './statistics.ts';
import { STRUCTURES, type Structure, type TruthPhase } from './truth-phase.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** Pixels of the picture for a pixel of the image. */
const ZOOM = 3;
/** Side of what is shown of a slice, mm. */
const WINDOW_MM = 150;
const COLUMNS = 6;
/** Share of pixels shown that the grey scale leaves below white. */
const WHITE = 0.98;

/** An outline is drawn around the union of these structures: the wall with the cavity is the epicardium. */
interface Outline {
  readonly structures: readonly Structure[];
  readonly truth: Colour;
  readonly predicted: Colour;
}

const OUTLINES: readonly Outline[] = [
  { structures: ['LV blood'], truth: [60, 220, 60], predicted: [235, 60, 50] },
  { structures: ['LV blood', 'LV myocardium'], truth: [60, 220, 60], predicted: [235, 60, 50] },
  { structures: ['RV blood'], truth: [60, 200, 160], predicted: [240, 130, 40] },
  { structures: ['scar or edema'], truth: [230, 230, 80], predicted: [250, 160, 250] },
  { structures: ['scar'], truth: [80, 220, 250], predicted: [230, 60, 240] },
];

export interface CaseView {
  readonly truth: readonly TruthPhase[];
  readonly predictedAt: (t: number) => PredictedPhase;
}

/**
 * Draws a case as PNG: truth in green (lesions: yellow edema, cyan scar), model in red (right
 * ventricle orange, lesions pink and magenta); where both run along the same pixel, they mix.
 *
 * @param id - the picture's name, without ending
 */
export function pictureOf(id: string, volume: Volume4D, view: CaseView): Picture {
  const { predictedAt } = view;
  const truth = onePhaseEach(view.truth);
  const [, slices] = volume.shape;
  const [height, width] = windowOf(volume);
  const lines = Math.ceil(slices / COLUMNS);
  const png = new PNG({
    width: Math.min(COLUMNS, slices) * width * ZOOM,
    height: truth.length * lines * height * ZOOM,
  });
  for (let i = 3; i < png.data.length; i += 4) png.data[i] = 255;
  const centre = centreOf(volume, view);
  const window: Window = {
    size: [height, width],
    start: [centre[0] - Math.floor(height / 2), centre[1] - Math.floor(width / 2)],
  };
  truth.forEach((phase, k) => {
    const predicted = predictedAt(phase.t);
    const white = whiteOf(volume, phase.t, window);
    for (let z = 0; z < slices; z++) {
      const tile: Tile = {
        png,
        volume,
        z,
        top: (k * lines + Math.floor(z / COLUMNS)) * height * ZOOM,
        left: (z % COLUMNS) * width * ZOOM,
        ...window,
      };
      drawImage(tile, phase.t, white);
      for (const outline of OUTLINES) drawBoth(tile, outline, phase, predicted);
    }
  });
  return { name: `${id}.png`, bytes: PNG.sync.write(png) };
}

/** Phases at the same time, as one with all that was drawn in them. */
function onePhaseEach(truth: readonly TruthPhase[]): TruthPhase[] {
  return [...new Set(truth.map(({ t }) => t))].map((time) => {
    const same = truth.filter(({ t }) => t === time);
    return { ...same[0], drawn: same.flatMap(({ drawn }) => drawn) };
  });
}

/** What is shown of every slice. */
interface Window {
  readonly size: readonly [rows: number, columns: number];
  /** First row and column; may lie outside the image. */
  readonly start: readonly [y: number, x: number];
}

/** One slice in the picture. */
interface Tile extends Window {
  readonly png: PNG;
  readonly volume: Volume4D;
  readonly z: number;
  readonly top: number;
  readonly left: number;
}

function windowOf({ shape, pixelSpacingMm }: Volume4D): readonly [number, number] {
  return [
    Math.min(shape[2], Math.round(WINDOW_MM / pixelSpacingMm[0])),
    Math.min(shape[3], Math.round(WINDOW_MM / pixelSpacingMm[1])),
  ];
}

/** Middle of all that truth or model call left ventricle, or of the image. */
function centreOf(
  { shape }: Volume4D,
  { truth, predictedAt }: CaseView,
): readonly [number, number] {
  const [, , rows, columns] = shape;
  const heart: Structure[] = ['LV blood', 'LV myocardium'];
  const isTrue = labelTable(heart, 'truth');
  const isPredicted = labelTable(heart, 'predicted');
  let [count, sumY, sumX] = [0, 0, 0];
  for (const { labels, t } of truth) {
    const { anatomy } = predictedAt(t);
    for (let i = 0; i < labels.length; i++) {
      if (isTrue[labels[i]] + isPredicted[anatomy[i]] === 0) continue;
      count++;
      sumY += Math.floor(i / columns) % rows;
      sumX += i % columns;
    }
  }
  if (count === 0) return [Math.floor(rows / 2), Math.floor(columns / 2)];
  return [Math.round(sumY / count), Math.round(sumX / count)];
}

/** Of what is shown: bright fat elsewhere would leave the heart dark. */
function whiteOf(volume: Volume4D, t: number, { size, start }: Window): number {
  const { voxels, shape } = volume;
  const shown: number[] = [];
  for (let z = 0; z < shape[1]; z++)
    for (let y = Math.max(0, start[0]); y < Math.min(shape[2], start[0] + size[0]); y++) {
      const row = frameOffset(shape, t, z) + y * shape[3];
      const from = Math.max(0, start[1]);
      const to = Math.min(shape[3], start[1] + size[1]);
      for (const value of voxels.subarray(row + from, row + to)) shown.push(value);
    }
  return Math.max(1e-6, percentile(Float64Array.from(shown), WHITE));
}

function drawImage({ png, volume, z, ...tile }: Tile, t: number, white: number): void {
  const { voxels, shape } = volume;
  const start = frameOffset(shape, t, z);
  const [rows, columns] = tile.size;
  for (let j = 0; j < rows * ZOOM; j++)
    for (let i = 0; i < columns * ZOOM; i++) {
      const y = tile.start[0] + Math.floor(j / ZOOM);
      const x = tile.start[1] + Math.floor(i / ZOOM);
      if (y < 0 || x < 0 || y >= shape[2] || x >= shape[3]) continue;
      const grey = Math.max(0, Math.min(255, (255 * voxels[start + y * shape[3] + x]) / white));
      png.data.fill(grey, pixelAt(png, tile, j, i), pixelAt(png, tile, j, i) + 3);
    }
}

function pixelAt(
  png: PNG,
  { top, left }: Pick<Tile, 'top' | 'left'>,
  j: number,
  i: number,
): number {
  return 4 * ((top + j) * png.width + left + i);
}

function drawBoth(
  tile: Tile,
  outline: Outline,
  truth: TruthPhase,
  predicted: PredictedPhase,
): void {
  const isDrawn = outline.structures.every((s) =>
    truth.drawn.some(({ structure, slices }) => structure === s && slices.includes(tile.z)),
  );
  if (isDrawn)
    drawOutline(tile, truth.labels, {
      isIn: labelTable(outline.structures, 'truth'),
      colour: outline.truth,
    });
  const labels = predicted[STRUCTURES[outline.structures[0]].output];
  if (labels !== undefined)
    drawOutline(tile, labels, {
      isIn: labelTable(outline.structures, 'predicted'),
      colour: outline.predicted,
    });
}

/** Indexed by label: 1 for those of the structures. */
function labelTable(structures: readonly Structure[], of: 'truth' | 'predicted'): Uint8Array {
  const isIn = new Uint8Array(256);
  for (const structure of structures)
    for (const label of STRUCTURES[structure][of]) isIn[label] = 1;
  return isIn;
}

/** A line one picture pixel wide along the inside of the labels' border. */
function drawOutline(
  tile: Tile,
  labels: Uint8Array,
  { isIn, colour }: { readonly isIn: Uint8Array; readonly colour: Colour },
): void {
  const { png, volume, z, size, start } = tile;
  const [, , rows, columns] = volume.shape;
  const isInside = (j: number, i: number): boolean => {
    const y = start[0] + Math.floor(j / ZOOM);
    const x = start[1] + Math.floor(i / ZOOM);
    if (y < 0 || x < 0 || y >= rows || x >= columns) return false;
    return isIn[labels[(z * rows + y) * columns + x]] === 1;
  };
  for (let j = 0; j < size[0] * ZOOM; j++)
    for (let i = 0; i < size[1] * ZOOM; i++) {
      if (!isInside(j, i)) continue;
      const isBorder =
        !isInside(j - 1, i) || !isInside(j + 1, i) || !isInside(j, i - 1) || !isInside(j, i + 1);
      if (isBorder) blend(png, pixelAt(png, tile, j, i), colour);
    }
}

/** A line over another line becomes the mean of both; over the image it covers it. */
function blend({ data }: PNG, at: number, colour: Colour): void {
  const isGrey = data[at] === data[at + 1] && data[at + 1] === data[at + 2];
  colour.forEach((value, c) => {
    data[at + c] = isGrey ? value : (data[at + c] + value) / 2;
  });
}
