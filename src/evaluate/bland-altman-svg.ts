// A Bland-Altman plot as SVG: difference of model and truth against their mean.
import { agreementOf, type Pair } from './statistics.ts';

const [WIDTH, HEIGHT] = [480, 320];
const MARGIN = { left: 56, right: 92, top: 32, bottom: 44 };
const TICKS = 5;

/** Maps a value's range to pixels. */
interface Axis {
  readonly range: readonly [low: number, high: number];
  readonly pixels: readonly [low: number, high: number];
}

export interface LabelledPair extends Pair {
  readonly id: string;
}

/** @param title - what is compared, and its unit: `LV EDV, mL` */
export function blandAltmanSvg(title: string, pairs: readonly LabelledPair[]): string {
  const { bias, limits } = agreementOf(pairs);
  const means = pairs.map(({ truth, predicted }) => (truth + predicted) / 2);
  const differences = pairs.map(({ truth, predicted }) => predicted - truth);
  const x: Axis = { range: padded(means), pixels: [MARGIN.left, WIDTH - MARGIN.right] };
  const y: Axis = {
    range: padded([...differences, ...limits, 0]),
    pixels: [HEIGHT - MARGIN.bottom, MARGIN.top],
  };
  const points = pairs.map(({ id }, i) => {
    const text = `${id}: ${differences[i].toFixed(1)} at ${means[i].toFixed(1)}`;
    return `<circle cx="${at(x, means[i])}" cy="${at(y, differences[i])}" r="4" fill="#2563a8" fill-opacity="0.7"><title>${escape(text)}</title></circle>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">
<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
<text x="${MARGIN.left}" y="18" font-size="13">${escape(title)}: model less truth, ${pairs.length} cases</text>
${line(y, 0, { colour: '#999999', label: '' })}
${line(y, bias, { colour: '#b02a2a', label: `bias ${bias.toFixed(1)}` })}
${line(y, limits[0], { colour: '#666666', label: `-1.96 SD ${limits[0].toFixed(1)}`, dash: '4 3' })}
${line(y, limits[1], { colour: '#666666', label: `+1.96 SD ${limits[1].toFixed(1)}`, dash: '4 3' })}
${points.join('\n')}
${ticks(x, (value, px) => `<text x="${px}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${value}</text>`)}
${ticks(y, (value, px) => `<text x="${MARGIN.left - 6}" y="${px}" text-anchor="end">${value}</text>`)}
<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">mean of model and truth</text>
</svg>
`;
}

/** A level line with its label at the right. */
function line(
  y: Axis,
  value: number,
  { colour, label, dash = 'none' }: { colour: string; label: string; dash?: string },
): string {
  const py = at(y, value);
  const right = WIDTH - MARGIN.right;
  return `<line x1="${MARGIN.left}" x2="${right}" y1="${py}" y2="${py}" stroke="${colour}" stroke-dasharray="${dash}"/><text x="${right + 4}" y="${py}" fill="${colour}">${label}</text>`;
}

function ticks(axis: Axis, draw: (value: string, px: string) => string): string {
  const [low, high] = axis.range;
  return Array.from({ length: TICKS }, (_, i) => {
    const value = low + ((high - low) * i) / (TICKS - 1);
    return draw(value.toFixed(high - low < 10 ? 1 : 0), at(axis, value));
  }).join('\n');
}

/** A tenth more on either side; one value alone gets room too. */
function padded(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.1 * (high - low), 0.5);
  return [low - room, high + room];
}

function at({ range, pixels }: Axis, value: number): string {
  const share = (value - range[0]) / (range[1] - range[0]);
  return (pixels[0] + share * (pixels[1] - pixels[0])).toFixed(1);
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
