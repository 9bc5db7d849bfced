// What `train` says while it works: where it is, how long it will take, how good it is.
import type { StepReport } from '../network/training-step.ts';
import type { EpochMetrics } from '../train/metrics.ts';
import type { CommandIo } from './command.ts';

/** Between lines where stderr is no terminal. */
const LINE_EVERY_MS = 30_000;
const TERMINAL_EVERY_MS = 500;

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/**
 * @param now - milliseconds
 */
export function trainingProgress(
  io: CommandIo,
  now: () => number,
): {
  readonly onStart: (firstStep: number, steps: number) => void;
  readonly onStep: (step: number, report: StepReport) => void;
  readonly onEpoch: (metrics: EpochMetrics) => void;
} {
  let first = { step: 0, ms: now() };
  let total = 0;
  let shownMs = 0;
  return {
    onStart(firstStep, steps) {
      first = { step: firstStep, ms: now() };
      total = steps;
    },
    onStep(step, { losses }) {
      const ms = now();
      if (ms - shownMs < (io.isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS)) return;
      shownMs = ms;
      const perStepMs = (ms - first.ms) / Math.max(1, step - first.step);
      const left = duration(perStepMs * (total - step));
      const line = `step ${step}/${total}  ${(perStepMs / 1000).toFixed(2)} s a step  loss ${losses.total.toFixed(3)}  ${left} left`;
      io.stderr(io.isTerminal ? `\r${line}\u001b[K` : `${line}\n`);
    },
    onEpoch({ epoch, losses, dice, score }) {
      const show = (values: Readonly<Record<string, number>>): string =>
        Object.entries(values)
          .map(([name, value]) => `${name} ${value.toFixed(3)}`)
          .join('  ');
      const judged = score === null ? '' : `; Dice ${show(dice)}; score ${score.toFixed(3)}`;
      io.stderr(`${io.isTerminal ? '\r\u001b[K' : ''}epoch ${epoch}: ${show(losses)}${judged}\n`);
    },
  };
}
