// Which numbers the report gives, of what, and the words for those that cannot be had.
import { QUANTITY_CODES, REPORT_CODES, STRUCTURE_CODES, type Code } from '../codes.ts';
import type { Measured, Measurements } from '../findings.ts';
import type { ResultKind } from '../result.ts';
import type { StructureLabel } from './structures.ts';

export interface Quantity {
  readonly name: Code;
  readonly measured: Measured;
  /** Concept and value of what qualifies the number. */
  readonly modifiers: readonly (readonly [concept: Code, value: Code])[];
}

/** Numbers about one segment (TID 1411). */
export interface SegmentQuantities {
  readonly label: StructureLabel;
  readonly kind: Extract<ResultKind, 'anatomy-seg' | 'pathology-seg'>;
  readonly quantities: readonly Quantity[];
}

/** Numbers about a place in the body that no single segment shows (TID 1501). */
export interface SiteQuantities {
  readonly label: string;
  readonly site: Code;
  readonly finding?: Code;
  readonly quantities: readonly Quantity[];
}

const AT_END_DIASTOLE = [REPORT_CODES.cardiovascularCyclePoint, REPORT_CODES.endDiastole] as const;
const WITHOUT_PAPILLARY_MUSCLES = [
  REPORT_CODES.papillaryMuscles,
  REPORT_CODES.papillaryMusclesExcluded,
] as const;

const quantity = (
  name: Code,
  measured: Measured,
  ...modifiers: Quantity['modifiers']
): Quantity => ({ name, measured, modifiers });

/** Volume, mass and share of LV mass of a tissue at end diastole. */
const tissueQuantities = (volume: Measured, mass: Measured, share: Measured): Quantity[] => [
  quantity(QUANTITY_CODES.volume, volume, AT_END_DIASTOLE),
  quantity(QUANTITY_CODES.mass, mass, AT_END_DIASTOLE),
  quantity(QUANTITY_CODES.shareOfLvMass, share, AT_END_DIASTOLE),
];

export function segmentQuantities(m: Measurements): readonly SegmentQuantities[] {
  return [
    {
      label: 'LV blood pool',
      kind: 'anatomy-seg',
      quantities: [
        quantity(QUANTITY_CODES.lvEndDiastolicVolume, m.lvEdv),
        quantity(QUANTITY_CODES.lvEndSystolicVolume, m.lvEsv),
      ],
    },
    {
      label: 'LV myocardium',
      kind: 'anatomy-seg',
      quantities: [
        quantity(QUANTITY_CODES.volume, m.lvMyocardiumVolume, AT_END_DIASTOLE),
        quantity(QUANTITY_CODES.lvMass, m.lvMass, AT_END_DIASTOLE, WITHOUT_PAPILLARY_MUSCLES),
      ],
    },
    {
      label: 'RV blood pool',
      kind: 'anatomy-seg',
      quantities: [
        quantity(QUANTITY_CODES.rvEndDiastolicVolume, m.rvEdv),
        quantity(QUANTITY_CODES.rvEndSystolicVolume, m.rvEsv),
      ],
    },
    {
      label: 'Scar',
      kind: 'pathology-seg',
      quantities: tissueQuantities(m.scarVolume, m.scarMass, m.scarShare),
    },
    {
      label: 'Edema',
      kind: 'pathology-seg',
      quantities: tissueQuantities(m.edemaVolume, m.edemaMass, m.edemaShare),
    },
  ];
}

export function siteQuantities(m: Measurements): readonly SiteQuantities[] {
  return [
    {
      label: 'LV function',
      site: STRUCTURE_CODES.leftVentricle,
      quantities: [
        quantity(QUANTITY_CODES.strokeVolume, m.lvSv),
        quantity(QUANTITY_CODES.lvEjectionFraction, m.lvEf),
      ],
    },
    {
      label: 'RV function',
      site: STRUCTURE_CODES.rightVentricle,
      quantities: [
        quantity(QUANTITY_CODES.strokeVolume, m.rvSv),
        quantity(QUANTITY_CODES.rvEjectionFraction, m.rvEf),
      ],
    },
    {
      label: 'Scar or edema',
      site: STRUCTURE_CODES.leftVentricleMyocardium,
      finding: STRUCTURE_CODES.scarOrEdema,
      quantities: tissueQuantities(m.injuryVolume, m.injuryMass, m.injuryShare),
    },
    {
      label: 'Cardiac cycle',
      site: STRUCTURE_CODES.heart,
      quantities: [quantity(QUANTITY_CODES.rrInterval, m.rrInterval)],
    },
  ];
}

/** One sentence for each reason why numbers cannot be had, with the numbers. */
export function missingQuantities(m: Measurements): string[] {
  const byReason = new Map<string, string[]>();
  for (const { label, quantities } of [...segmentQuantities(m), ...siteQuantities(m)]) {
    for (const { name, measured } of quantities) {
      if (measured.value !== null) continue;
      const names = byReason.get(measured.reason) ?? [];
      byReason.set(measured.reason, [...names, `${label}: no ${name.meaning}`]);
    }
  }
  return [...byReason].map(([reason, names]) => `${names.join('; ')}: ${reason}`);
}
