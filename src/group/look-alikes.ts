// What resembles cine but is not: refused frame by frame, with the reason.
import type { MrFrame } from '../mr-frame.ts';

interface LookAlike {
  readonly reason: string;
  readonly matches: (frame: MrFrame) => boolean;
}

const hasType = (frame: MrFrame, ...values: readonly string[]): boolean =>
  frame.imageType.some((value) => values.includes(value.toUpperCase()));

/** Words of descriptions and sequence names; only ever grounds to refuse, never to accept. */
const says =
  (pattern: RegExp) =>
  (frame: MrFrame): boolean =>
    pattern.test(frame.description);

/** In order: the first that matches names the reason. */
const LOOK_ALIKES: readonly LookAlike[] = [
  {
    reason: 'derived images (Image Type DERIVED), not an original acquisition',
    matches: (f) => hasType(f, 'DERIVED'),
  },
  {
    reason: 'phase-contrast flow images',
    matches: (f) =>
      f.isPhaseContrast ||
      hasType(f, 'P', 'PHASE', 'PHASE MAP', 'VELOCITY', 'PHASE CONTRAST') ||
      says(/\b(flow|venc|phase.?contrast|pc.?mri|qflow)|_v\d+(in|ap|rl|fh)\b/)(f),
  },
  {
    reason: 'a parametric map',
    matches: (f) =>
      hasType(f, 'T1', 'T2', 'T2_STAR', 'T1 MAP', 'T2 MAP', 'T2 STAR MAP', 'ECV') ||
      says(/\b(t1|t2|t2\*|t2.?star)[ _-]?map|molli|shmolli|sasha|\becv\b/)(f),
  },
  { reason: 'tagging', matches: says(/\btag(ging|ged|s)?\b|spamm|csp?amm|dense\b/) },
  { reason: 'perfusion', matches: says(/perf(usion)?\b|first.?pass|\bstress.?rest\b/) },
  {
    reason: 'late gadolinium enhancement',
    matches: (f) =>
      hasType(f, 'PSIR', 'MAG_PSIR') ||
      says(/\b(lge|psir|mde|delayed|late.?(gad|enh)|ti.?scout|look.?locker|de.?ir)/)(f),
  },
  {
    reason: 'a localizer',
    matches: (f) => hasType(f, 'LOCALIZER') || says(/\b(scout|locali[sz]er|survey)/)(f),
  },
  {
    reason: 'real-time imaging of several beats',
    matches: says(/\b(real.?time|realtime|rt.?cine)\b/),
  },
];

/** @returns why the frame cannot belong to a cine, or undefined when nothing speaks against it */
export function lookAlikeReason(frame: MrFrame): string | undefined {
  return LOOK_ALIKES.find((l) => l.matches(frame))?.reason;
}
