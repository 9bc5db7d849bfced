// The time course of contraction over one heart beat.
import { CYCLE } from './parameters.ts';
import type { Random } from '../random.ts';

/** Times are fractions of the R-R interval after end diastole. */
export interface CardiacCycle {
  readonly heartRate: number;
  readonly rrMs: number;
  /** When contraction is greatest. */
  readonly endSystole: number;
  /** Knots `[time, activation]`, first at 0 and last at 1. */
  readonly knots: readonly (readonly [number, number])[];
}

/** Draws a heart rate and a volume curve: ejection, rapid filling, diastasis, atrial kick. */
export function drawCardiacCycle(random: Random): CardiacCycle {
  const heartRate = random.uniform(CYCLE.heartRate);
  const rrMs = 60000 / heartRate;
  const fast = (heartRate - CYCLE.heartRate[0]) / (CYCLE.heartRate[1] - CYCLE.heartRate[0]);
  const [early, late] = CYCLE.endSystole;
  const endSystole = early + (late - early) * Math.min(1, 0.75 * fast + 0.25 * random.next());
  const fillingStart = endSystole + random.uniform(CYCLE.isovolumicRelaxation);
  const kickStart = 1 - random.uniform(CYCLE.atrialKick);
  const room = kickStart - fillingStart;
  const fillingEnd = fillingStart + room * (0.5 + 0.4 * fast);
  const kick = random.uniform(CYCLE.kickShare);
  return {
    heartRate,
    rrMs,
    endSystole,
    knots: [
      [0, 0],
      [random.uniform(CYCLE.isovolumicContraction), 0],
      [endSystole, 1],
      [fillingStart, 0.97],
      [fillingEnd, kick + 0.05],
      [kickStart, kick],
      [1, 0],
    ],
  };
}

/**
 * How far contraction has gone.
 *
 * @param time - fraction of the R-R interval after end diastole, any turn
 * @returns 0 at end diastole, 1 at end systole
 */
export function activation(cycle: CardiacCycle, time: number): number {
  const t = time - Math.floor(time);
  const { knots } = cycle;
  let before = knots[0];
  for (const knot of knots) {
    if (knot[0] > t) {
      const share = (t - before[0]) / (knot[0] - before[0]);
      return before[1] + ((knot[1] - before[1]) * (1 - Math.cos(Math.PI * share))) / 2;
    }
    before = knot;
  }
  return before[1];
}
