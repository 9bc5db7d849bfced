// A closed contour in pixel coordinates: its area, and the pixels that it covers.

/** A corner: column, then row, 0-based; pixel (0, 0) reaches from -0.5 to 0.5. */
export type Corner = readonly [x: number, y: number];

/** Lines a pixel along which the covered length is measured exactly. */
const LINES_PER_PIXEL = 16;

/** Area in pixels, whichever way round the corners go. */
export function polygonArea(corners: readonly Corner[]): number {
  let twice = 0;
  for (let i = 0; i < corners.length; i++) {
    const [x0, y0] = corners[i];
    const [x1, y1] = corners[(i + 1) % corners.length];
    twice += x0 * y1 - x1 * y0;
  }
  return Math.abs(twice) / 2;
}

/**
 * Pixels of which the polygon covers half or more (even-odd rule).
 *
 * @returns `[rows, columns]`, 1 inside
 */
export function fillPolygon(corners: readonly Corner[], rows: number, columns: number): Uint8Array {
  const cover = new Float64Array(rows * columns);
  for (let line = 0; line < rows * LINES_PER_PIXEL; line++) {
    const y = (line + 0.5) / LINES_PER_PIXEL - 0.5;
    const crossings = crossingsAt(corners, y);
    const row = Math.floor(line / LINES_PER_PIXEL) * columns;
    for (let k = 0; k + 1 < crossings.length; k += 2)
      addSpan(cover.subarray(row, row + columns), crossings[k], crossings[k + 1]);
  }
  return Uint8Array.from(cover, (lines) => (lines >= LINES_PER_PIXEL / 2 ? 1 : 0));
}

/** Where the outline crosses a row, from left to right. */
function crossingsAt(corners: readonly Corner[], y: number): number[] {
  const crossings: number[] = [];
  for (let i = 0; i < corners.length; i++) {
    const [x0, y0] = corners[i];
    const [x1, y1] = corners[(i + 1) % corners.length];
    if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
  }
  return crossings.sort((a, b) => a - b);
}

/** Adds to each pixel the length that the span from `left` to `right` covers of it. */
function addSpan(pixels: Float64Array, left: number, right: number): void {
  const first = Math.max(0, Math.floor(left + 0.5));
  const last = Math.min(pixels.length - 1, Math.floor(right + 0.5));
  for (let x = first; x <= last; x++)
    pixels[x] += Math.max(0, Math.min(right, x + 0.5) - Math.max(left, x - 0.5));
}
