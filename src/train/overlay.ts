// Pictures of held-out slices: the image, what the network says, what is true.
import { PNG } from 'pngjs';
import { PATHOLOGY, TASK_LABEL } from '../labels.ts';
import type { Prediction } from './validate.ts';
import type { ValidationCase } from './validation-cases.ts';

type Colour = readonly [red: number, green: number, blue: number];

const GREEN: Colour = [60, 200, 90];
const RED: Colour = [220, 60, 60];
const BLUE: Colour = [70, 110, 240];
const YELLOW: Colour = [240, 220, 60];
const PINK: Colour = [240, 120, 240];

/** By TASK_LABEL. */
const COLOURS: readonly (Colour | undefined)[] = [undefined, GREEN, RED, BLUE, YELLOW, PINK];
const TINT = 0.4;
/** Standard deviations from black to white. */
const WINDOW: readonly [number, number] = [-1.5, 3];

/** Anatomy with the lesions of the pathology head drawn into its myocardium, as TASK_LABEL. */
function asTaskLabels({ anatomy, pathology }: Prediction): Uint8Array {
  return anatomy.map((label, i) => {
    if (label !== TASK_LABEL.myocardium || pathology === undefined) return label;
    if (pathology[i] === PATHOLOGY.scar) return TASK_LABEL.scar;
    return pathology[i] === PATHOLOGY.edema ? TASK_LABEL.edema : label;
  });
}

/** A PNG: the first frame plain, with the prediction, and with the truth, side by side. */
export function drawOverlay(own: ValidationCase, prediction: Prediction): Uint8Array {
  const { size, cine, labels } = own;
  const png = new PNG({ width: 3 * size, height: size });
  const panels = [undefined, asTaskLabels(prediction), labels];
  panels.forEach((tint, panel) => {
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const i = y * size + x;
        const share = (cine[i] - WINDOW[0]) / (WINDOW[1] - WINDOW[0]);
        const grey = 255 * Math.min(1, Math.max(0, share));
        const colour = tint === undefined ? undefined : COLOURS[tint[i]];
        const to = 4 * (y * png.width + panel * size + x);
        for (let c = 0; c < 3; c++)
          png.data[to + c] = colour === undefined ? grey : (1 - TINT) * grey + TINT * colour[c];
        png.data[to + 3] = 255;
      }
  });
  return PNG.sync.write(png);
}
