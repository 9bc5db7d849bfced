// The structures that become segments, in the order of their segment numbers, and what they are called.
import { DESCRIPTION_CODES, STRUCTURE_CODES, type Code } from '../codes.ts';
import { ANATOMY, PATHOLOGY } from '../labels.ts';

export interface Structure {
  /** Shown to the reader; also the Tracking ID's stem. */
  readonly label: string;
  /** Its value in the label volume. */
  readonly value: number;
  readonly category: Code;
  readonly type: Code;
  /** Where a finding lies; the type itself says it for anatomy. */
  readonly region?: Code;
  /** PCS values of CIELab, 0..65535 (PS3.3 C.10.7.1.1). */
  readonly displayCieLab: readonly [l: number, a: number, b: number];
}

const { anatomicalStructure, tissue, morphologicallyAbnormalStructure } = DESCRIPTION_CODES;
const { leftVentricleMyocardium } = STRUCTURE_CODES;

export const ANATOMY_STRUCTURES = [
  {
    label: 'LV blood pool',
    value: ANATOMY.lvBlood,
    category: anatomicalStructure,
    type: STRUCTURE_CODES.leftVentricle,
    displayCieLab: [34885, 53485, 50171],
  },
  {
    label: 'LV myocardium',
    value: ANATOMY.myocardium,
    category: anatomicalStructure,
    type: leftVentricleMyocardium,
    displayCieLab: [57484, 10746, 54123],
  },
  {
    label: 'RV blood pool',
    value: ANATOMY.rvBlood,
    category: anatomicalStructure,
    type: STRUCTURE_CODES.rightVentricle,
    displayCieLab: [21175, 53168, 5151],
  },
] as const satisfies readonly Structure[];

export const PATHOLOGY_STRUCTURES = [
  {
    label: 'Scar',
    value: PATHOLOGY.scar,
    category: tissue,
    type: STRUCTURE_CODES.scar,
    region: leftVentricleMyocardium,
    displayCieLab: [63674, 27354, 57172],
  },
  {
    label: 'Edema',
    value: PATHOLOGY.edema,
    category: morphologicallyAbnormalStructure,
    type: STRUCTURE_CODES.edema,
    region: leftVentricleMyocardium,
    displayCieLab: [59722, 20537, 29240],
  },
  {
    label: 'Healthy myocardium',
    value: PATHOLOGY.healthyMyocardium,
    category: tissue,
    type: STRUCTURE_CODES.normalMyocardium,
    region: leftVentricleMyocardium,
    displayCieLab: [57484, 10746, 54123],
  },
] as const satisfies readonly Structure[];

export type StructureLabel =
  (typeof ANATOMY_STRUCTURES)[number]['label'] | (typeof PATHOLOGY_STRUCTURES)[number]['label'];

/** How segment and report name the structure alike. */
export const trackingId = (label: string): string => `CineMyoPS ${label}`;
