// Where the wall of a simulated heart really goes, and how a view of it sees that.
import type { View } from './view.ts';

/** The true motion of one slice from end diastole, in the box of pixels that holds what is known. */
export interface SliceMotion {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
  /** `[T, 2, rows, columns]`, mm: down the column, along the row. */
  readonly mm: Float32Array;
  /** `[rows, columns]`: 1 where it is known. */
  readonly known: Uint8Array;
}

/** What a view shows of it. */
export interface ViewMotion {
  /** `[frames, 2, size, size]`: pixels of the view, y then x. */
  readonly displacement: Float32Array;
  /** `[size, size]`: 1 where all native neighbours are known. */
  readonly known: Uint8Array;
}

/** The known part of a whole slice's motion, `[T, 3, Y, X]`, mm; 0 in every phase means unknown. */
export function knownMotion(
  whole: Float32Array,
  [phases, rows, columns]: readonly [t: number, y: number, x: number],
): SliceMotion {
  const size = rows * columns;
  const moves = new Uint8Array(size);
  for (let i = 0; i < whole.length; i++) if (whole[i] !== 0) moves[i % size] = 1;
  let [top, bottom, left, right] = [rows, 0, columns, 0];
  for (let i = 0; i < size; i++) {
    if (moves[i] === 0) continue;
    const [y, x] = [Math.floor(i / columns), i % columns];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
  }
  const box = { rows: Math.max(0, bottom - top), columns: Math.max(0, right - left) };
  const mm = new Float32Array(phases * 2 * box.rows * box.columns);
  const known = new Uint8Array(box.rows * box.columns);
  for (let y = 0; y < box.rows; y++) {
    const from = (top + y) * columns + left;
    known.set(moves.subarray(from, from + box.columns), y * box.columns);
    for (let t = 0; t < phases; t++)
      for (let c = 0; c < 2; c++) {
        const start = (t * 3 + c) * size + from;
        mm.set(
          whole.subarray(start, start + box.columns),
          ((t * 2 + c) * box.rows + y) * box.columns,
        );
      }
  }
  return { top, left, ...box, mm, known };
}

/**
 * Motion as a view sees it: turned, mirrored and zoomed with the frames.
 *
 * @param points - native `[y, x]` of every pixel of the view, from `samplingPoints`
 * @param phases - native phase of each frame
 */
export function viewMotion(
  motion: SliceMotion,
  { view, points }: { readonly view: View; readonly points: Float32Array },
  phases: readonly number[],
): ViewMotion {
  const size = view.size ** 2;
  const displacement = new Float32Array(phases.length * 2 * size);
  const known = new Uint8Array(size);
  const { rows, columns, mm } = motion;
  // The inverse of the turn in samplingPoints.
  const cosine = Math.cos(view.radians) / view.pixelMm;
  const sine = Math.sin(view.radians) / view.pixelMm;
  const mirror = view.isMirrored ? -1 : 1;
  for (let i = 0; i < size; i++) {
    const y = points[2 * i] - motion.top;
    const x = points[2 * i + 1] - motion.left;
    const [y0, x0] = [Math.floor(y), Math.floor(x)];
    if (y0 < 0 || x0 < 0 || y0 + 1 >= rows || x0 + 1 >= columns) continue;
    const at = y0 * columns + x0;
    const below = at + columns;
    const corners = motion.known;
    if (corners[at] + corners[at + 1] + corners[below] + corners[below + 1] < 4) continue;
    known[i] = 1;
    const [wy, wx] = [y - y0, x - x0];
    const [a, b, c, d] = [(1 - wy) * (1 - wx), (1 - wy) * wx, wy * (1 - wx), wy * wx];
    for (let k = 0; k < phases.length; k++) {
      const down = phases[k] * 2 * rows * columns;
      const along = down + rows * columns;
      const y1 = a * mm[down + at] + b * mm[down + at + 1] + c * mm[down + below] + d * mm[down + below + 1]; // prettier-ignore
      const x1 = a * mm[along + at] + b * mm[along + at + 1] + c * mm[along + below] + d * mm[along + below + 1]; // prettier-ignore
      displacement[k * 2 * size + i] = cosine * y1 - sine * x1;
      displacement[(k * 2 + 1) * size + i] = mirror * (sine * y1 + cosine * x1);
    }
  }
  return { displacement, known };
}
