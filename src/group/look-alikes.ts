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
      says(/(?<![a-z])(flow|venc|phase.?contrast|pc.?mri|qflow)|_v\d+(in|ap|rl|fh)(?![a-z])/)(f),
  },
  {
    reason: 'a parametric map',
    matches: (f) =>
      hasType(f, 'T1', 'T2', 'T2_STAR', 'T1 MAP', 'T2 MAP', 'T2 STAR MAP', 'ECV') ||
      says(/(?<![a-z])(t1|t2|t2\*|t2.?star)[ _-]?map|molli|sasha|(?<![a-z])ecv(?![a-z])/)(f),
  },
  { reason: 'tagging', matches: says(/(?<![a-z])tag(ging|ged|s)?(?![a-z])|spamm/) },
  { reason: 'perfusion', matches: says(/(?<![a-z])perf(usion)?(?![a-z])|first.?pass/) },
  {
    reason: 'late gadolinium enhancement',
    matches: (f) =>
      hasType(f, 'PSIR', 'MAG_PSIR') ||
      says(/(?<![a-z])(lge|psir|mde|delayed|late.?(gad|enh)|ti.?scout|look.?locker)/)(f),
  },
  {
    reason: 'a localizer',
    matches: (f) => hasType(f, 'LOCALIZER') || says(/(?<![a-z])(scout|locali[sz]er|survey)/)(f),
  },
  {
    reason: 'real-time imaging of several beats',
    matches: says(/(?<![a-z])(real.?time|rt.?cine)(?![a-z])/),
  },
];

/** @returns why the frame cannot belong to a cine, or undefined when nothing speaks against it */
export function lookAlikeReason(frame: MrFrame): string | undefined {
  return LOOK_ALIKES.find((l) => l.matches(frame))?.reason;
}
