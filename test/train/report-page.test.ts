import { expect } from 'chai';
import type { EpochMetrics } from '../../src/train/metrics.ts';
import { DEFAULT_PLAN, parsePlan } from '../../src/train/plan.ts';
import { reportPage } from '../../src/train/report-page.ts';

const plan = parsePlan({ ...DEFAULT_PLAN, version: 'a<b', data: ['simulate:seeds=1-2'] });

const epoch = (number: number): EpochMetrics => ({
  epoch: number,
  step: 10 * number,
  hours: 0.5,
  learningRate: 0.01 / number,
  losses: { total: 3 / number, anatomy: 1 / number },
  gradientNorm: 2,
  dice: { lv: 1 - 0.5 / number },
  score: 0.5,
});

describe('the report of a training run', () => {
  const page = reportPage({
    plan,
    epochs: [1, 2, 3].map(epoch),
    overlays: [Uint8Array.of(137, 80, 78, 71)],
  });

  it('holds everything itself: no address, no script, pictures inside', () => {
    expect(page).to.not.match(/https?:|<script|<link/);
    expect(page).to.contain(
      `data:image/png;base64,${Buffer.of(137, 80, 78, 71).toString('base64')}`,
    );
  });

  it('draws a curve for each figure, with a point for each epoch', () => {
    const lv = /<polyline[^>]*points="([^"]*)"\/><text[^>]*>lv</.exec(page);
    expect(lv?.[1].split(' ').length).to.equal(3);
    const heights = lv?.[1].split(' ').map((point) => Number(point.split(',')[1])) ?? [];
    // SVG counts downwards: a rising Dice falls.
    expect(heights).to.deep.equal(heights.toSorted((a, b) => b - a));
  });

  it('writes text as text', () => {
    expect(page).to.contain('a&#60;b');
    expect(page).to.not.contain('a<b');
  });

  it('stands before the first epoch', () => {
    expect(reportPage({ plan, epochs: [], overlays: [] })).to.contain('0 steps');
  });
});
