// Why the left ventricle has no numbers, where it has none: nobody should have to look for that.
import type { Measurements } from '../findings.ts';

/** One sentence, or none where volume and ejection fraction are there. */
export function unmeasuredVentricle({ lvEdv, lvEf }: Measurements): string[] {
  const reasons = [lvEdv, lvEf].flatMap((m) => (m.value === null ? [m.reason] : []));
  return reasons.slice(0, 1).map((reason) => `no measurement of the left ventricle: ${reason}`);
}
