// Where scar and edema lie in a wall and what they do to its contraction.
import { INJURY, TERRITORIES, type Artery } from './parameters.ts';
import { smoothstep, wallNoise, type Noise } from './noise.ts';
import type { InfarctPlan } from './patient.ts';
import type { Random } from '../random.ts';
import { mapWallField, smoothWallField, wallField, type WallField } from './wall-grid.ts';

/** The injury of one wall; all fields are over material angle and level. */
export interface Injury {
  readonly isAcute: boolean;
  /** Above 0 inside the territory at risk, 1 at its centre. */
  readonly zone: WallField;
  /** Scar is the share of the wall, by cross-section from the endocardium, below this. */
  readonly front: WallField;
  /** Loss of contraction: 0 none, 1 still, above 1 bulging. */
  readonly dysfunction: WallField;
  readonly delay: WallField;
  /** Microvascular obstruction: the inner part of the front that is dark. */
  readonly hasDarkCore: boolean;
  readonly hasThrombus: boolean;
}

/** The wall that an injury is laid on, before remodelling. */
export interface BareWall {
  readonly lengthMm: number;
  readonly endoSquared: WallField;
  readonly epiSquared: WallField;
}

interface Territory {
  readonly theta: number;
  readonly zeta: number;
  /** Half-width around over half-length along the axis. */
  readonly aspect: number;
}

const OUTSIDE = -0.3;

function drawTerritory(random: Random, artery: Artery): Territory {
  const { degrees, level } = TERRITORIES[artery];
  return {
    theta: (random.uniform(degrees) * Math.PI) / 180,
    zeta: random.uniform(level),
    aspect: random.uniform([0.7, 1.5]),
  };
}

/** Distance from the nearest territory's centre over the wall, mm, made irregular. */
function territoryDistance(
  wall: BareWall,
  territories: readonly Territory[],
  noise: Noise,
): WallField {
  const radius = smoothWallField(
    mapWallField((node) => Math.sqrt(wall.epiSquared[node])),
    2,
  );
  let node = 0;
  return wallField((theta, zeta) => {
    const radiusMm = radius[node++];
    const distances = territories.map((territory) => {
      const turn = theta - territory.theta;
      const angle = Math.atan2(Math.sin(turn), Math.cos(turn));
      const around = (angle * radiusMm) / Math.sqrt(territory.aspect);
      const along = (zeta - territory.zeta) * wall.lengthMm * Math.sqrt(territory.aspect);
      return Math.hypot(around, along);
    });
    return Math.min(...distances) * (1 + 0.3 * wallNoise(noise, theta, zeta, 7));
  });
}

/** Scar's front for a zone: deepest in the middle, absent in the rim that is edema alone. */
function scarFront(
  zone: WallField,
  options: { readonly ring: number; readonly transmurality: number; readonly noise: Noise },
): WallField {
  let node = 0;
  return wallField((theta, zeta) => {
    const inside = zone[node++];
    if (inside <= options.ring) return OUTSIDE;
    const deep = 0.5 + 0.5 * smoothstep(options.ring, options.ring + 0.35, inside);
    const rough = 0.15 * wallNoise(options.noise, theta, zeta + 3, 9);
    return Math.min(1.05, Math.max(0.15, options.transmurality * 1.05 * deep + rough));
  });
}

/** Share of the wall's volume that is injured. */
function injuredShare(wall: BareWall, zone: WallField, front: WallField, isAcute: boolean): number {
  let [injured, all] = [0, 0];
  for (let node = 0; node < zone.length; node++) {
    const area = wall.epiSquared[node] - wall.endoSquared[node];
    all += area;
    if (zone[node] > 0) injured += area * (isAcute ? 1 : Math.min(1, Math.max(0, front[node])));
  }
  return injured / all;
}

/** No injury at all. */
export function noInjury(): Injury {
  const none = wallField(() => 0);
  const outside = wallField(() => OUTSIDE);
  return {
    isAcute: false,
    zone: outside,
    front: outside,
    dysfunction: none,
    delay: none,
    hasDarkCore: false,
    hasThrombus: false,
  };
}

/** Lays an infarct on the wall, of the size that the plan asks for. */
export function layInfarct(
  random: Random,
  plan: InfarctPlan,
  options: { readonly wall: BareWall; readonly noise: Noise },
): Injury {
  const { wall, noise } = options;
  const territories = plan.arteries.map((artery) => drawTerritory(random, artery));
  const distance = territoryDistance(wall, territories, noise);
  const ring = plan.isAcute ? random.uniform(INJURY.acuteRing) : 0;
  let [low, high] = [5, 120];
  let [zone, front] = [distance, distance];
  for (let step = 0; step < 14; step++) {
    const reachMm = (low + high) / 2;
    zone = mapWallField((node) => 1 - distance[node] / reachMm);
    front = scarFront(zone, { ring, transmurality: plan.transmurality, noise });
    if (injuredShare(wall, zone, front, plan.isAcute) < plan.massShare) low = reachMm;
    else high = reachMm;
  }
  const isLarge = plan.massShare > 0.2 && plan.transmurality > 0.75;
  const scarLoss = random.uniform(isLarge ? INJURY.dyskinesis : INJURY.scarDysfunction);
  const edemaLoss = random.uniform(INJURY.edemaDysfunction);
  const depth = smoothstep(0.1, 0.6, plan.transmurality);
  const loss = mapWallField((node) => {
    const edema = smoothstep(-0.25, 0.15, zone[node]) * edemaLoss;
    const scar = smoothstep(ring - 0.15, ring + 0.2, zone[node]) * (0.75 + 0.25 * depth);
    return edema + scar * Math.max(0, scarLoss - edema);
  });
  const dysfunction = smoothWallField(loss, 4);
  const delay = random.uniform(INJURY.delay);
  return {
    isAcute: plan.isAcute,
    zone,
    front,
    dysfunction,
    delay: mapWallField((node) => delay * Math.min(1, dysfunction[node])),
    hasDarkCore: plan.isAcute && plan.transmurality > 0.6 && random.chance(INJURY.darkCoreChance),
    hasThrombus: isLarge && random.chance(INJURY.thrombusChance / 0.3),
  };
}
