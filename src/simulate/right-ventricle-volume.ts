// Volume of the right ventricle, by integration over rays.
import type { LvMoment } from './kinematics.ts';
import type { LeftVentricle } from './left-ventricle.ts';
import { wallNoise } from './noise.ts';
import { outerSquared, rvMoment, type RightVentricle } from './right-ventricle.ts';
import { ANGLES, LEVELS } from './wall-grid.ts';

/** Ends of the ray from the axis through the ellipse, mm, or undefined when it misses. */
function rayThroughEllipse(
  angle: number,
  ellipse: { readonly centre: number; readonly depth: number; readonly height: number },
): readonly [near: number, far: number] | undefined {
  const { centre, depth, height } = ellipse;
  const [x, y] = [Math.cos(angle) / depth, Math.sin(angle) / height];
  const squared = x * x + y * y;
  const half = (x * centre) / depth;
  const rest = half * half - squared * ((centre / depth) ** 2 - 1);
  if (rest <= 0) return undefined;
  return [(half - Math.sqrt(rest)) / squared, (half + Math.sqrt(rest)) / squared];
}

/** Volume of the cavity, mL, by integration over rays from the axis. */
export function rvVolumeMl(rv: RightVentricle, lv: LeftVentricle, now: LvMoment): number {
  const moment = rvMoment(rv, lv, now);
  const rays = ANGLES * 2;
  let sum = 0;
  for (let j = 0; j < LEVELS - 1; j++) {
    const zeta = (j + 0.5) / (LEVELS - 1);
    const inside = Math.min(1, Math.max(0, (zeta - moment.startLevel) * (LEVELS - 1) + 0.5));
    if (inside === 0) continue;
    const mean = (a: Float64Array): number => (a[j] + a[j + 1]) / 2;
    const ellipse = {
      centre: mean(moment.centreMm),
      depth: mean(moment.halfDepthMm),
      height: mean(moment.halfHeightMm),
    };
    const turned = now.twist[0] + (now.twist[1] - now.twist[0]) * zeta;
    for (let i = 0; i < rays; i++) {
      const angle = (2 * Math.PI * i) / rays;
      const ends = rayThroughEllipse(angle - rv.turn, ellipse);
      if (ends === undefined) continue;
      const rough = 1 + rv.roughness * wallNoise(rv.noise, angle, zeta, 5);
      const material = ((angle - turned) / (2 * Math.PI)) * ANGLES;
      const outer = outerAt(lv, now, { level: j, angle: material });
      const near = Math.max(0, ends[0] * rough);
      const far = ends[1] * rough;
      if (far > 0) sum += inside * Math.max(0, far * far - Math.max(outer, near * near));
    }
  }
  return ((sum / 2) * ((2 * Math.PI) / rays) * lv.lengthMm * now.stretch) / (LEVELS - 1) / 1000;
}

/** Squared outer radius half-way between two levels, between two angles. */
function outerAt(
  lv: LeftVentricle,
  now: LvMoment,
  at: { readonly level: number; readonly angle: number },
): number {
  const angle = ((at.angle % ANGLES) + ANGLES) % ANGLES;
  const left = Math.floor(angle) % ANGLES;
  const right = (left + 1) % ANGLES;
  const k = angle - Math.floor(angle);
  let sum = 0;
  for (const level of [at.level, at.level + 1]) {
    const row = level * ANGLES;
    sum += outerSquared(lv, now, row + left) * (1 - k) + outerSquared(lv, now, row + right) * k;
  }
  return sum / 2;
}
