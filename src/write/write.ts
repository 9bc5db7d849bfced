// Findings of one exam as DICOM objects.
import type { DicomObject } from '../result.ts';
import { reportObject } from './report-object.ts';
import { segmentationObject } from './segmentation-object.ts';
import { anatomyPlan, pathologyPlan, type SegmentationType } from './segmentation-plan.ts';
import type { WriteInput } from './write-input.ts';

export type { SegmentationType } from './segmentation-plan.ts';
export type { Software, WriteInput } from './write-input.ts';

export interface WriteOptions {
  /** LABELMAP is smaller, but few viewers read it yet. */
  readonly segmentationType?: SegmentationType;
}

/**
 * Writes the results of one exam: anatomy and pathology segmentations and the report.
 *
 * Nothing but the input decides the bytes and UIDs: not the clock, not chance.
 *
 * @returns in the order in which they are stored: a report follows the segments that it names
 * @throws {NodeError} `shape-mismatch` when labels do not lie on the exam's grid
 */
export function writeResults(input: WriteInput, options: WriteOptions = {}): DicomObject[] {
  const segmentationType = options.segmentationType ?? 'BINARY';
  const anatomy = segmentationObject(input, anatomyPlan(input, segmentationType));
  const pathology = segmentationObject(input, pathologyPlan(input, segmentationType));
  return [anatomy, pathology, reportObject(input, [anatomy, pathology])];
}
