// The tissues of a simulated chest and the signal that each is drawn from.
import type { Range } from '../random.ts';

/** One number a tissue, an index into the table of signals. */
export const TISSUE = {
  air: 0,
  lung: 1,
  lungVessel: 2,
  fat: 3,
  pericardialFat: 4,
  muscle: 5,
  corticalBone: 6,
  marrow: 7,
  liver: 8,
  liverVessel: 9,
  spleen: 10,
  stomach: 11,
  spinalCanal: 12,
  greatVessel: 13,
  vesselWall: 14,
  myocardium: 15,
  scar: 16,
  edema: 17,
  darkCore: 18,
  papillary: 19,
  lvBlood: 20,
  rvBlood: 21,
  atrium: 22,
  rvWall: 23,
  thrombus: 24,
  pericardium: 25,
  rvTrabecula: 26,
} as const;

export type TissueName = keyof typeof TISSUE;

/** Signal of a balanced steady-state cine, LV blood = 1, before coil bias. */
export interface TissueSignal {
  readonly mean: Range;
  /** Amplitude of its texture, share of the mean. */
  readonly texture: Range;
  /** Fat precesses against water: opposed at the echo times of cine, hence dark rims. */
  readonly isFat?: true;
}

/** [S] ratios of myocardium, blood, fat, air; organs by judgement over the real exams. */
export const TISSUE_SIGNALS: Record<TissueName, TissueSignal> = {
  air: { mean: [0, 0.01], texture: [0, 0] },
  lung: { mean: [0.01, 0.07], texture: [0.2, 0.6] },
  lungVessel: { mean: [0.4, 0.9], texture: [0, 0.2] },
  fat: { mean: [0.9, 1.6], texture: [0.05, 0.2], isFat: true },
  pericardialFat: { mean: [0.7, 1.3], texture: [0.05, 0.2], isFat: true },
  muscle: { mean: [0.15, 0.36], texture: [0.1, 0.3] },
  corticalBone: { mean: [0.02, 0.12], texture: [0, 0.2] },
  marrow: { mean: [0.2, 0.55], texture: [0.1, 0.3], isFat: true },
  liver: { mean: [0.28, 0.55], texture: [0.04, 0.14] },
  liverVessel: { mean: [0.6, 0.95], texture: [0, 0.1] },
  spleen: { mean: [0.4, 0.8], texture: [0.03, 0.12] },
  stomach: { mean: [0.02, 1], texture: [0.1, 0.7] },
  spinalCanal: { mean: [0.7, 1.3], texture: [0.1, 0.3] },
  greatVessel: { mean: [0.75, 1.05], texture: [0.05, 0.15] },
  vesselWall: { mean: [0.2, 0.65], texture: [0, 0.1] },
  myocardium: { mean: [0.18, 0.46], texture: [0.05, 0.16] },
  scar: { mean: [0.18, 0.46], texture: [0.05, 0.18] },
  edema: { mean: [0.18, 0.46], texture: [0.05, 0.16] },
  darkCore: { mean: [0.15, 0.35], texture: [0.05, 0.1] },
  papillary: { mean: [0.18, 0.46], texture: [0.05, 0.16] },
  lvBlood: { mean: [1, 1], texture: [0.07, 0.22] },
  rvBlood: { mean: [0.8, 1.08], texture: [0.05, 0.16] },
  atrium: { mean: [0.8, 1.05], texture: [0.05, 0.18] },
  rvWall: { mean: [0.25, 0.5], texture: [0.05, 0.15] },
  thrombus: { mean: [0.3, 0.6], texture: [0.02, 0.08] },
  pericardium: { mean: [0.08, 0.3], texture: [0, 0.1] },
  rvTrabecula: { mean: [0.3, 0.6], texture: [0.05, 0.15] },
};
