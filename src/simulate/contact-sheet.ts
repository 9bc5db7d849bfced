// A picture of a whole exam: end diastole above end systole, plain and with the truth drawn in.
import { PNG } from 'pngjs';
import { TASK_LABEL } from '../labels.ts';
import { frameOffset } from '../volume.ts';
import type { SimulatedExam } from './simulate.ts';

type Colour = readonly [red: number, green: number, blue: number];

const COLOURS = new Map<number, Colour>([
  [TASK_LABEL.myocardium, [60, 200, 90]],
  [TASK_LABEL.lvBlood, [220, 60, 60]],
  [TASK_LABEL.rvBlood, [70, 110, 240]],
  [TASK_LABEL.edema, [240, 220, 60]],
  [TASK_LABEL.scar, [240, 120, 240]],
]);

const COLUMNS = 6;
/** Share of the colour where a label is drawn in. */
const TINT = 0.35;
/** Share of voxels that the window leaves darker than white. */
const WHITE = 0.995;

interface Sheet {
  readonly png: PNG;
  readonly exam: SimulatedExam;
  readonly white: number;
}

function drawFrame(
  sheet: Sheet,
  at: readonly [t: number, z: number],
  corner: readonly [top: number, left: number],
  isTinted: boolean,
): void {
  const { png, exam, white } = sheet;
  const { shape, voxels } = exam.volume;
  const [, , rows, columns] = shape;
  const start = frameOffset(shape, at[0], at[1]);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const i = start + y * columns + x;
      const grey = Math.min(255, (255 * voxels[i]) / white);
      const colour = isTinted ? COLOURS.get(exam.labels.labels[i]) : undefined;
      const to = 4 * ((corner[0] + y) * png.width + corner[1] + x);
      for (let c = 0; c < 3; c++)
        png.data[to + c] = colour === undefined ? grey : (1 - TINT) * grey + TINT * colour[c];
      png.data[to + 3] = 255;
    }
}

/**
 * Draws every slice at end diastole and at end systole, then both again with the true labels.
 *
 * @returns a PNG file
 */
export function contactSheet(exam: SimulatedExam): Uint8Array {
  const { shape, voxels } = exam.volume;
  const [, slices, rows, columns] = shape;
  const lines = Math.ceil(slices / COLUMNS);
  const png = new PNG({ width: Math.min(COLUMNS, slices) * columns, height: 4 * lines * rows });
  for (let i = 3; i < png.data.length; i += 4) png.data[i] = 255;
  const sample = voxels.filter((_, i) => i % 17 === 0).sort();
  const sheet = { png, exam, white: Math.max(1, sample[Math.floor(WHITE * (sample.length - 1))]) };
  const views = [
    { t: exam.endDiastole, isTinted: false },
    { t: exam.endSystole, isTinted: false },
    { t: exam.endDiastole, isTinted: true },
    { t: exam.endSystole, isTinted: true },
  ];
  views.forEach(({ t, isTinted }, view) => {
    for (let z = 0; z < slices; z++)
      drawFrame(
        sheet,
        [t, z],
        [(view * lines + Math.floor(z / COLUMNS)) * rows, (z % COLUMNS) * columns],
        isTinted,
      );
  });
  return PNG.sync.write(png);
}
