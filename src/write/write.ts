// Findings of one exam as DICOM objects.
import type { DicomObject } from '../result.ts';
import { reportObject } from './report-object.ts';
import { segmentationObject } from './segmentation-object.ts';
import { anatomyPlan, pathologyPlan } from './segmentation-plan.ts';
import type { WriteInput } from './write-input.ts';

export type { SegmentationType, Software, WriteInput } from './write-input.ts';

/**
 * Writes the results of one exam: anatomy and pathology segmentations and the report.
 *
 * Nothing but the input decides the bytes and UIDs: not the clock, not chance.
 *
 * @returns in the order in which they are stored: a report follows the segments that it names
 * @throws {NodeError} `shape-mismatch` when labels do not lie on the exam's grid
 */
export function writeResults(input: WriteInput): DicomObject[] {
  const anatomy = segmentationObject(input, anatomyPlan(input));
  const pathology = segmentationObject(input, pathologyPlan(input));
  return [anatomy, pathology, reportObject(input, [anatomy, pathology])];
}
