// One simulated person in one scanner: heart, chest, placement and appearance from one seed.
import { drawAppearance, type Appearance } from './appearance.ts';
import { drawChest, heartCentre, type Chest } from './chest.ts';
import { buildHeart, type Heart } from './heart.ts';
import { createNoise } from './noise.ts';
import type { Condition, Style } from './parameters.ts';
import { drawPatient } from './patient.ts';
import { greatestRadiusMm, placeHeart, type Placement } from './placement.ts';
import type { Random } from '../random.ts';

/** What is imaged, and how it looks. */
export interface Subject {
  readonly heart: Heart;
  readonly chest: Chest;
  readonly placement: Placement;
  readonly appearance: Appearance;
}

/** Draws a subject; the condition and the style of appearance may be fixed. */
export function drawSubject(
  random: Random,
  options: { readonly condition?: Condition; readonly style?: Style },
): Subject {
  const patient = drawPatient(random.fork('patient'), options.condition);
  const heart = buildHeart(random.fork('heart'), patient);
  const chest = drawChest(random.fork('chest'), createNoise(random.fork('chest-noise')));
  const reachMm = greatestRadiusMm(heart) + heart.rv.depthMm;
  const place = random.fork('placement');
  const placement = placeHeart(place, heart, heartCentre(place, chest, reachMm));
  const appearance = drawAppearance(random.fork('appearance'), chest, options.style ?? 'any');
  return { heart, chest, placement, appearance };
}
