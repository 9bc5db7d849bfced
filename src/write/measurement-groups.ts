// Measurement groups of the report: one a segment (TID 1411), one a site (TID 1501).
import { REPORT_CODES, UNIT_CODES, type Code } from '../codes.ts';
import type { NaturalDataset } from '../dicom/part10.ts';
import type { DicomObject } from '../result.ts';
import { algorithmName } from './common-modules.ts';
import {
  codeContent,
  containerItem,
  imageContent,
  numberContent,
  textContent,
  uidContent,
  type ItemHead,
} from './content-item.ts';
import {
  segmentQuantities,
  siteQuantities,
  type Quantity,
  type SegmentQuantities,
  type SiteQuantities,
} from './quantities.ts';
import { trackingUid } from './result-uids.ts';
import { allPhases, byInstance, bySeries, instanceItem, sourcesOf } from './source-references.ts';
import {
  ANATOMY_STRUCTURES,
  PATHOLOGY_STRUCTURES,
  trackingId,
  type Structure,
} from './structures.ts';
import type { WriteInput } from './write-input.ts';

const contains = (name: Code): ItemHead => ({ relationship: 'CONTAINS', name });
const modifies = (name: Code): ItemHead => ({ relationship: 'HAS CONCEPT MOD', name });
const observes = (name: Code): ItemHead => ({ relationship: 'HAS OBS CONTEXT', name });

/**
 * Every group that has at least one number.
 *
 * @param segmentations - the objects that hold the segments
 */
export function measurementGroups(
  input: WriteInput,
  segmentations: readonly DicomObject[],
): NaturalDataset[] {
  const ofSegments = segmentQuantities(input.measurements)
    .filter(hasNumbers)
    .map((group) => segmentGroup(input, segmentations, group));
  const ofSites = siteQuantities(input.measurements)
    .filter(hasNumbers)
    .map((group) => siteGroup(input, group));
  return [...ofSegments, ...ofSites];
}

function segmentGroup(
  input: WriteInput,
  segmentations: readonly DicomObject[],
  group: SegmentQuantities,
): NaturalDataset {
  const structures: readonly Structure[] =
    group.kind === 'anatomy-seg' ? ANATOMY_STRUCTURES : PATHOLOGY_STRUCTURES;
  const index = structures.findIndex(({ label }) => label === group.label);
  const structure = structures[index];
  const segment = {
    ...instanceItem(segmentationOf(segmentations, group.kind)),
    ReferencedSegmentNumber: index + 1,
  };
  const content = [
    ...tracking(input, group.label),
    codeContent(contains(REPORT_CODES.finding), structure.type),
    imageContent('CONTAINS', segment, REPORT_CODES.referencedSegment),
    ...segmentSources(input, group),
    codeContent(modifies(REPORT_CODES.findingSite), structure.region ?? structure.type),
    ...numbers(group.quantities, algorithm(input)),
  ];
  return containerItem(contains(REPORT_CODES.measurementGroup), content, '1411');
}

function siteGroup(input: WriteInput, group: SiteQuantities): NaturalDataset {
  const { label, finding, site, quantities } = group;
  const content = [
    ...tracking(input, label),
    ...(finding ? [codeContent(contains(REPORT_CODES.finding), finding)] : []),
    codeContent(modifies(REPORT_CODES.findingSite), site),
    ...algorithm(input),
    ...numbers(quantities, []),
  ];
  return containerItem(contains(REPORT_CODES.measurementGroup), content, '1501');
}

function segmentationOf(objects: readonly DicomObject[], kind: DicomObject['kind']): DicomObject {
  const object = objects.find((candidate) => candidate.kind === kind);
  if (object === undefined) throw new RangeError(`no ${kind} among the objects to refer to`);
  return object;
}

/** TID 1411 rows 11 and 12: the series when it is one, else each image. */
function segmentSources(
  { exam, segmentation }: WriteInput,
  group: SegmentQuantities,
): NaturalDataset[] {
  const phases = group.kind === 'anatomy-seg' ? allPhases(exam) : [segmentation.endDiastole];
  const sources = sourcesOf(exam, phases);
  const series = bySeries(sources);
  if (series.length === 1)
    return [uidContent(contains(REPORT_CODES.sourceSeries), sources[0].seriesInstanceUid)];
  return byInstance(sources).map(([first]) =>
    imageContent('CONTAINS', instanceItem(first), REPORT_CODES.sourceImageForSegmentation),
  );
}

function tracking({ exam }: WriteInput, label: string): NaturalDataset[] {
  const id = trackingId(label);
  return [
    textContent(observes(REPORT_CODES.trackingIdentifier), id),
    uidContent(observes(REPORT_CODES.trackingUid), trackingUid(exam.studyInstanceUid, id)),
  ];
}

/** TID 4019: a segment's numbers carry it one by one (TID 1419), a site's once (TID 1501). */
function algorithm(input: WriteInput): NaturalDataset[] {
  return [
    textContent(modifies(REPORT_CODES.algorithmName), algorithmName(input)),
    textContent(modifies(REPORT_CODES.algorithmVersion), input.segmentation.model.version),
  ];
}

/** @param origin - follows the modifiers of each number */
function numbers(
  quantities: readonly Quantity[],
  origin: readonly NaturalDataset[],
): NaturalDataset[] {
  return quantities.flatMap(({ name, measured, modifiers }) => {
    if (measured.value === null) return [];
    // Six digits are more than any of them is worth, and readers show them all.
    const value = Number(measured.value.toPrecision(6));
    const qualifiers = modifiers.map(([concept, code]) => codeContent(modifies(concept), code));
    const children = [...qualifiers, ...origin];
    return [numberContent(contains(name), { value, unit: UNIT_CODES[measured.unit] }, children)];
  });
}

const hasNumbers = ({ quantities }: { readonly quantities: readonly Quantity[] }): boolean =>
  quantities.some(({ measured }) => measured.value !== null);
