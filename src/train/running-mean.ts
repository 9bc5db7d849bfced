// Means of what the steps of an epoch report.
import type { StepReport } from '../network/training-step.ts';
import type { StepKind } from './schedule.ts';

export interface EpochMeans {
  readonly losses: Readonly<Record<string, number>>;
  readonly gradientNorm: number;
}

/** Collects reports; kinds of steps are kept apart, since some train some terms only. */
export function collectMeans(): {
  readonly add: (kind: StepKind, report: StepReport) => void;
  readonly take: () => EpochMeans;
} {
  const sums = new Map<string, { sum: number; count: number }>();
  const add = (name: string, value: number): void => {
    const own = sums.get(name) ?? { sum: 0, count: 0 };
    sums.set(name, { sum: own.sum + value, count: own.count + 1 });
  };
  return {
    add(kind, { losses, gradientNorm }) {
      add('norm', gradientNorm);
      if (kind === 'stills') add('stills', losses.anatomy);
      else if (kind === 'motion') add('pathologyOfMotion', losses.pathology);
      else for (const [name, value] of Object.entries(losses)) add(name, value);
    },
    take() {
      const means = [...sums].map(([name, { sum, count }]) => [name, sum / count] as const);
      sums.clear();
      const { norm = 0, ...losses } = Object.fromEntries(means);
      return { losses, gradientNorm: norm };
    },
  };
}
