// Curves as SVG.

export interface Series {
  readonly name: string;
  /** `[x, y]`, x ascending. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 620;
const HEIGHT = 240;
const MARGIN = { left: 56, right: 120, top: 12, bottom: 28 } as const;
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b'];

function extent(values: readonly number[]): readonly [number, number] {
  const least = Math.min(...values);
  const greatest = Math.max(...values);
  return least === greatest ? [least - 0.5, greatest + 0.5] : [least, greatest];
}

const label = (value: number): string => Number(value.toPrecision(3)).toString();

/** One plot with a legend; empty series are left out. */
export function drawCurves(title: string, series: readonly Series[]): string {
  const drawn = series.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return '';
  const all = drawn.flatMap(({ points }) => points);
  const [x0, x1] = extent(all.map(([x]) => x));
  const [y0, y1] = extent(all.map(([, y]) => y));
  const across = WIDTH - MARGIN.left - MARGIN.right;
  const down = HEIGHT - MARGIN.top - MARGIN.bottom;
  const px = (x: number): string => (MARGIN.left + (across * (x - x0)) / (x1 - x0)).toFixed(1);
  const py = (y: number): string => (MARGIN.top + (down * (y1 - y)) / (y1 - y0)).toFixed(1);
  const lines = drawn.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const path = points.map(([x, y]) => `${px(x)},${py(y)}`).join(' ');
    const row = MARGIN.top + 14 * (i + 1);
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path}"/>` +
      `<text x="${WIDTH - MARGIN.right + 8}" y="${row}" fill="${colour}">${name}</text>`
    );
  });
  const ticks = [y0, (y0 + y1) / 2, y1].map(
    (y) =>
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${py(y)}" y2="${py(y)}" stroke="#ddd"/>` +
      `<text x="${MARGIN.left - 6}" y="${py(y)}" text-anchor="end">${label(y)}</text>`,
  );
  const ends = [x0, x1].map(
    (x) => `<text x="${px(x)}" y="${HEIGHT - 8}" text-anchor="middle">${label(x)}</text>`,
  );
  return (
    `<figure><figcaption>${title}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-size="11" font-family="sans-serif">${ticks.join('')}${ends.join('')}${lines.join('')}</svg></figure>`
  );
}
