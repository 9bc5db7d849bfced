// What lies above the valve plane: atria, aortic root, outflow tract and pulmonary trunk.
import type { LeftVentricle } from './left-ventricle.ts';
import type { RightVentricle } from './right-ventricle.ts';
import { SHAPE } from './parameters.ts';
import type { Random } from '../random.ts';
import { ANGLES } from './wall-grid.ts';
import { TISSUE } from './tissues.ts';

/** An ellipsoid, or an oblique tube, above the base plane; mm in the heart's frame. */
export interface BaseStructure {
  readonly tissue: number;
  readonly isTube: boolean;
  /** Centre at `level`, and how far it shifts for each mm upwards. */
  readonly centre: readonly [u: number, v: number];
  readonly slope: readonly [u: number, v: number];
  /** Height of the centre above the base plane, mm, and half the height. */
  readonly heightMm: number;
  readonly halfHeightMm: number;
  readonly half: readonly [u: number, v: number];
  readonly wallMm: number;
  /** Share by which it widens at full activation: atria fill while the ventricles empty. */
  readonly swell: number;
}

/** Draws the chambers and vessels that fit these ventricles. */
export function drawBaseStructures(
  random: Random,
  lv: LeftVentricle,
  rv: RightVentricle,
): BaseStructure[] {
  const radius = Math.sqrt(lv.epiSquared.slice(0, ANGLES).reduce((a, b) => a + b, 0) / ANGLES);
  const vary = (mm: number, share = 0.15): number => mm * (1 + share * (2 * random.next() - 1));
  const aorta = vary(14);
  const trunk = vary(13.5);
  const atrium = vary(27, 0.25);
  const vesselWall = random.uniform(SHAPE.vesselWallMm);
  const atrialWall = random.uniform(SHAPE.atrialWallMm);
  return [
    {
      tissue: TISSUE.greatVessel,
      isTube: true,
      centre: [vary(0.5 * radius), vary(0.3 * radius)],
      slope: [vary(0.25), vary(0.1)],
      heightMm: 45,
      halfHeightMm: 46,
      half: [aorta, aorta],
      swell: 0.06,
      wallMm: vesselWall,
    },
    {
      tissue: TISSUE.greatVessel,
      isTube: true,
      centre: [vary(0.7 * radius), vary(1.15 * radius)],
      slope: [vary(-0.3), vary(0.1)],
      heightMm: 32,
      halfHeightMm: 42,
      half: [vary(trunk), trunk],
      swell: 0.06,
      wallMm: vesselWall,
    },
    {
      tissue: TISSUE.atrium,
      isTube: false,
      centre: [vary(-0.1 * radius), vary(-0.3 * radius)],
      slope: [vary(0.2), 0],
      heightMm: vary(18),
      halfHeightMm: vary(26),
      half: [vary(atrium), vary(atrium * 0.9)],
      swell: 0.18,
      wallMm: atrialWall,
    },
    {
      tissue: TISSUE.atrium,
      isTube: false,
      centre: [radius * 0.9 + rv.depthMm * 0.35, vary(-0.75 * radius)],
      slope: [vary(0.2), 0],
      heightMm: vary(16),
      halfHeightMm: vary(28),
      half: [vary(25), vary(24)],
      swell: 0.15,
      wallMm: atrialWall,
    },
  ];
}

/**
 * Distance of a point from the structure's surface, mm, below 0 inside.
 *
 * @param heightMm - above the base plane of the moment
 */
export function distanceToStructure(
  structure: BaseStructure,
  point: { readonly u: number; readonly v: number },
  heightMm: number,
  activation: number,
): number {
  const wide = 1 + structure.swell * activation;
  const [halfU, halfV] = [structure.half[0] * wide, structure.half[1] * wide];
  const x = (point.u - structure.centre[0] - structure.slope[0] * heightMm) / halfU;
  const y = (point.v - structure.centre[1] - structure.slope[1] * heightMm) / halfV;
  const z = (heightMm - structure.heightMm) / structure.halfHeightMm;
  const size = Math.min(halfU, halfV);
  if (structure.isTube) {
    const beyond = (Math.abs(z) - 1) * structure.halfHeightMm;
    return Math.max((Math.sqrt(x * x + y * y) - 1) * size, beyond);
  }
  return (Math.sqrt(x * x + y * y + z * z) - 1) * size;
}
