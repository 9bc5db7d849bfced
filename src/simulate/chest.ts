// The chest around the heart: skin to lungs, liver to spine, each a smooth random shape.
import type { Vec3 } from '../volume.ts';
import type { Noise } from './noise.ts';
import type { Random } from '../random.ts';
import { TISSUE } from './tissues.ts';

/** Shapes in the patient's frame, mm, LPS, origin in the middle of the chest at the heart's level. */
export interface Chest {
  readonly noise: Noise;
  readonly halfWidthMm: number;
  readonly halfDepthMm: number;
  readonly fatMm: number;
  readonly muscleMm: number;
  /** Distance of ribs, and how they slope. */
  readonly ribStepMm: number;
  readonly ribSlope: number;
  /** Height of the diaphragm under the heart, of its right and left dome above that. */
  readonly diaphragmMm: number;
  readonly domesMm: readonly [right: number, left: number];
  /** Right edge of the stomach; the liver lies to the right of it. */
  readonly liverEdgeMm: number;
  readonly spineY: number;
  readonly aortaMm: number;
  readonly hasArms: boolean;
  readonly mediastinumMm: number;
}

const WALL_MM = 9;

/** Math.hypot, which is slow, for the loop over voxels. */
const length = (x: number, y: number, z = 0): number => Math.sqrt(x * x + y * y + z * z);

/** Draws a chest. */
export function drawChest(random: Random, noise: Noise): Chest {
  const fatMm = random.uniform([5, 26]);
  const halfDepthMm = random.uniform([92, 112]) + fatMm;
  return {
    noise,
    halfWidthMm: random.uniform([135, 165]) + fatMm,
    halfDepthMm,
    fatMm,
    muscleMm: random.uniform([6, 14]),
    ribStepMm: random.uniform([26, 34]),
    ribSlope: random.uniform([0.2, 0.6]),
    diaphragmMm: random.uniform([-58, -42]),
    domesMm: [random.uniform([20, 42]), random.uniform([5, 28])],
    liverEdgeMm: random.uniform([5, 50]),
    spineY: halfDepthMm - fatMm - random.uniform([42, 52]),
    aortaMm: random.uniform([9, 13.5]),
    hasArms: random.chance(0.5),
    mediastinumMm: random.uniform([18, 38]),
  };
}

/** Where the front of the lung begins, measured from the middle, mm. */
export const frontOfCavityMm = (chest: Chest): number =>
  chest.halfDepthMm - chest.fatMm - chest.muscleMm - WALL_MM;

/** Tissue of a point of the patient where the heart is not. */
export function tissueOfChest(chest: Chest, x: number, y: number, z: number): number {
  const across = Math.abs(x) / chest.halfWidthMm;
  const deep = Math.abs(y) / chest.halfDepthMm;
  // The power 2.5, without the slow general one.
  const sum = across * across * Math.sqrt(across) + deep * deep * Math.sqrt(deep);
  const edge = sum ** 0.4;
  const fromSkin = (1 - edge) * (chest.halfDepthMm + 0.25 * Math.abs(x));
  const spine = fromSkin < chest.fatMm * 0.25 ? -1 : tissueOfSpine(chest, x, y, z);
  if (fromSkin > 1.25 * chest.fatMm + chest.muscleMm + WALL_MM + 8)
    return spine >= 0 ? spine : tissueOfCavity(chest, x, y, z);
  const bump = chest.noise(x / 55 + 9, y / 55, z / 55);
  const inside = fromSkin + 4 * bump;
  if (inside < 0) return chest.hasArms ? tissueOfArm(chest, x, y) : TISSUE.air;
  const fat = chest.fatMm * (0.75 + 0.5 * chest.noise(x / 70, y / 70 + 4, z / 70)) + 2;
  if (inside < fat) return TISSUE.fat;
  if (spine >= 0) return spine;
  if (inside < fat + chest.muscleMm) return bump > 0.45 ? TISSUE.fat : TISSUE.muscle;
  if (inside < fat + chest.muscleMm + WALL_MM) return tissueOfRibs(chest, x, y, z);
  return tissueOfCavity(chest, x, y, z);
}

function tissueOfArm(chest: Chest, x: number, y: number): number {
  const distance = length(Math.abs(x) - chest.halfWidthMm - 42, y - 15);
  if (distance < 9) return TISSUE.marrow;
  if (distance < 12) return TISSUE.corticalBone;
  if (distance < 36 - 0.4 * chest.fatMm) return TISSUE.muscle;
  return distance < 38 + 0.2 * chest.fatMm ? TISSUE.fat : TISSUE.air;
}

/** Vertebra, canal and the muscles beside it, or -1. */
function tissueOfSpine(chest: Chest, x: number, y: number, z: number): number {
  const behind = y - chest.spineY;
  const body = length(x, behind * 1.15);
  if (body < 17) {
    const disc = Math.abs(z / 26 - Math.floor(z / 26) - 0.5) > 0.41;
    return disc ? TISSUE.muscle : TISSUE.marrow;
  }
  if (body < 19) return TISSUE.corticalBone;
  if (length(x, behind - 26) < 7) return TISSUE.spinalCanal;
  if (length(x, behind - 28) < 13) return TISSUE.corticalBone;
  if (length(Math.abs(x) - 26, behind - 24) < 22) return TISSUE.muscle;
  return -1;
}

function tissueOfRibs(chest: Chest, x: number, y: number, z: number): number {
  if (Math.abs(x) < 16 && y < 0) return Math.abs(x) < 13 ? TISSUE.marrow : TISSUE.corticalBone;
  const turn = (z + chest.ribSlope * y + 0.08 * Math.abs(x)) / chest.ribStepMm;
  const along = Math.abs(turn - Math.floor(turn) - 0.5);
  if (along < 0.16) return TISSUE.marrow;
  return along < 0.22 ? TISSUE.corticalBone : TISSUE.muscle;
}

function tissueOfCavity(chest: Chest, x: number, y: number, z: number): number {
  const fromSpine = y - chest.spineY;
  if (length(x - 24, fromSpine + 26) < chest.aortaMm) return TISSUE.greatVessel;
  if (length(x - 24, fromSpine + 26) < chest.aortaMm + 1.8) return TISSUE.vesselWall;
  const [right, left] = chest.domesMm;
  const diaphragm =
    chest.diaphragmMm +
    right * Math.exp(-((x + 80) ** 2 + (y * 0.9) ** 2) / 4800) +
    left * Math.exp(-((x - 90) ** 2 + ((y - 10) * 0.9) ** 2) / 4000) +
    5 * chest.noise(x / 40, y / 40, 3.3);
  if (z < diaphragm - 3) return tissueOfAbdomen(chest, x, y, z);
  if (z < diaphragm) return TISSUE.muscle;
  const wavy = 14 * chest.noise(x / 30, y / 30, z / 30);
  const isMiddle = Math.abs(x - 8) < chest.mediastinumMm + wavy && y > -10;
  if (isMiddle) return chest.noise(x / 11, y / 11, z / 16) > 0.35 ? TISSUE.greatVessel : TISSUE.fat;
  // Where two random surfaces cross there is a curve: a vessel, thicker near the middle.
  const width = 0.05 + 0.09 * Math.exp(-((Math.abs(x) - 35) ** 2) / 900);
  const isVessel =
    Math.abs(chest.noise(x / 15 + 3, y / 15, z / 15 + 7)) < width &&
    Math.abs(chest.noise(x / 15 + 9, y / 15 + 5, z / 15)) < width;
  return isVessel ? TISSUE.lungVessel : TISSUE.lung;
}

function tissueOfAbdomen(chest: Chest, x: number, y: number, z: number): number {
  if (length(x + 26, y - chest.spineY + 42) < 12) return TISSUE.greatVessel;
  const edge = chest.liverEdgeMm + 18 * chest.noise(x / 50, y / 50 + 2, z / 50);
  if (x < edge) {
    const ridge = Math.abs(chest.noise(x / 17, y / 17 + 6, z / 17));
    return ridge < 0.035 && chest.noise(x / 40, y / 40, z / 40 + 9) > 0
      ? TISSUE.liverVessel
      : TISSUE.liver;
  }
  const stomach = length((x - edge - 42) / 38, (y + 5) / 46, (z - chest.diaphragmMm + 22) / 40);
  if (stomach < 0.9) return TISSUE.stomach;
  if (stomach < 1) return TISSUE.muscle;
  const spleen = length((x - 100) / 26, (y - 45) / 38, (z - chest.diaphragmMm + 25) / 45);
  return spleen < 1 ? TISSUE.spleen : TISSUE.fat;
}

/** Where the heart's middle goes: behind the breastbone, to the left, clear of the chest wall. */
export function heartCentre(random: Random, chest: Chest, reachMm: number): Vec3 {
  const front = -frontOfCavityMm(chest) + 0.78 * reachMm + random.uniform([0, 8]);
  return [random.uniform([18, 40]), front, random.uniform([-5, 8])];
}
