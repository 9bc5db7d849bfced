// report.html: curves and sample overlays in one file that needs nothing else.
import { drawCurves, type Series } from './curve.ts';
import type { EpochMetrics } from './metrics.ts';
import type { TrainingPlan } from './plan.ts';

export interface ReportPage {
  readonly plan: TrainingPlan;
  readonly epochs: readonly EpochMetrics[];
  /** PNG files: image, prediction, truth. */
  readonly overlays: readonly Uint8Array[];
}

function seriesOf(
  epochs: readonly EpochMetrics[],
  values: (epoch: EpochMetrics) => Readonly<Record<string, number>>,
): Series[] {
  const names = new Set(epochs.flatMap((epoch) => Object.keys(values(epoch))));
  return [...names].map((name) => ({
    name,
    points: epochs.flatMap((epoch): (readonly [number, number])[] => {
      const own = values(epoch);
      return Object.hasOwn(own, name) ? [[epoch.step, own[name]]] : [];
    }),
  }));
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => `&#${String(c.charCodeAt(0))};`);

function picture(png: Uint8Array): string {
  return `<img alt="image, prediction, truth" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`;
}

/** The page as it stands after the last of the epochs. */
export function reportPage({ plan, epochs, overlays }: ReportPage): string {
  const last = epochs.at(-1);
  const dice = Object.entries(last?.dice ?? {});
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Training ${escape(plan.version)}</title>
<style>
body { font-family: sans-serif; margin: 2em; max-width: 80em }
figure { display: inline-block; width: 38em; margin: 0 1em 1em 0 }
img { image-rendering: pixelated; width: 38em; margin: 0 1em 1em 0 }
td { padding: 0 1em 0 0 }
pre { background: #f4f4f4; padding: 1em; overflow: auto }
</style>
<h1>Training of ${escape(plan.version)}</h1>
<p>${last?.step ?? 0} steps in ${(last?.hours ?? 0).toFixed(2)} hours. Research use only.</p>
<h2>Dice on held-out slices</h2>
<table>${dice.map(([name, value]) => `<tr><td>${name}</td><td>${value.toFixed(3)}</td></tr>`).join('')}</table>
${drawCurves(
  'Dice on held-out slices, by step',
  seriesOf(epochs, (e) => e.dice),
)}
${drawCurves(
  'Losses before weighting, by step',
  seriesOf(epochs, (e) => e.losses),
)}
${drawCurves(
  'Learning rate',
  seriesOf(epochs, (e) => ({ rate: e.learningRate })),
)}
<h2>Held-out slices: image, prediction, truth</h2>
<p>Green myocardium, red LV blood, blue RV blood, yellow edema, pink scar.</p>
${overlays.map(picture).join('\n')}
<h2>Plan</h2>
<pre>${escape(JSON.stringify(plan, undefined, 2))}</pre>
</html>
`;
}
