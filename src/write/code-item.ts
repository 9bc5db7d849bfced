// Coded concepts as items of code sequences (PS3.3 Table 8.8-1).
import type { Code } from '../codes.ts';
import type { NaturalDataset } from '../dicom/part10.ts';

export function codeItem({ value, scheme, meaning }: Code): NaturalDataset {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}
