// Content items of a structured report (PS3.3 C.17.3), each with its relationship to its parent.
import type { Code } from '../codes.ts';
import type { NaturalDataset } from '../dicom/part10.ts';
import { codeItem } from './code-item.ts';

export type Relationship = 'CONTAINS' | 'HAS CONCEPT MOD' | 'HAS OBS CONTEXT' | 'HAS ACQ CONTEXT';

/** What every item but the root has. */
export interface ItemHead {
  readonly relationship: Relationship;
  readonly name: Code;
}

type Children = readonly NaturalDataset[];

function item(
  { relationship, name }: ItemHead,
  valueType: string,
  value: NaturalDataset,
  children: Children = [],
): NaturalDataset {
  return {
    RelationshipType: relationship,
    ValueType: valueType,
    ConceptNameCodeSequence: [codeItem(name)],
    ...value,
    ContentSequence: children.length === 0 ? undefined : children,
  };
}

/** @param templateId - DCMR template that the container follows; a template that is included has none */
export function containerItem(
  head: ItemHead,
  children: Children,
  templateId?: string,
): NaturalDataset {
  return item(head, 'CONTAINER', containerValue(templateId), children);
}

/** The item that is the document itself. */
export function rootContainer(name: Code, children: Children, templateId: string): NaturalDataset {
  return {
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [codeItem(name)],
    ...containerValue(templateId),
    ContentSequence: children,
  };
}

export function codeContent(head: ItemHead, value: Code): NaturalDataset {
  return item(head, 'CODE', { ConceptCodeSequence: [codeItem(value)] });
}

export function textContent(head: ItemHead, value: string): NaturalDataset {
  return item(head, 'TEXT', { TextValue: value });
}

export function uidContent(head: ItemHead, value: string): NaturalDataset {
  return item(head, 'UIDREF', { UID: value });
}

/** A number with its unit; `children` qualify it. */
export function numberContent(
  head: ItemHead,
  { value, unit }: { readonly value: number; readonly unit: Code },
  children: Children = [],
): NaturalDataset {
  const measured = { NumericValue: value, MeasurementUnitsCodeSequence: [codeItem(unit)] };
  return item(head, 'NUM', { MeasuredValueSequence: [measured] }, children);
}

/**
 * @param reference - item of Referenced SOP Sequence
 * @param name - undefined in an image library, whose images have no concept name
 */
export function imageContent(
  relationship: Relationship,
  reference: NaturalDataset,
  name?: Code,
): NaturalDataset {
  return {
    RelationshipType: relationship,
    ValueType: 'IMAGE',
    ConceptNameCodeSequence: name && [codeItem(name)],
    ReferencedSOPSequence: [reference],
  };
}

function containerValue(templateId: string | undefined): NaturalDataset {
  return {
    ContinuityOfContent: 'SEPARATE',
    ContentTemplateSequence:
      templateId === undefined
        ? undefined
        : [{ MappingResource: 'DCMR', TemplateIdentifier: templateId }],
  };
}
