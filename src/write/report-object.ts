// The structured report (Comprehensive 3D SR, TID 1500).
import { REPORT_CODES } from '../codes.ts';
import { encodePart10, type NaturalDataset } from '../dicom/part10.ts';
import type { DicomObject } from '../result.ts';
import { algorithmName, commonModules } from './common-modules.ts';
import {
  codeContent,
  containerItem,
  imageContent,
  rootContainer,
  textContent,
  uidContent,
  type ItemHead,
} from './content-item.ts';
import { measurementGroups } from './measurement-groups.ts';
import { reportRemarks } from './report-remarks.ts';
import { resultUids } from './result-uids.ts';
import { SERIES_NUMBERS } from './segmentation-plan.ts';
import {
  allPhases,
  byInstance,
  bySeries,
  instanceItem,
  seriesItem,
  sourcesOf,
} from './source-references.ts';
import type { WriteInput } from './write-input.ts';

const COMPREHENSIVE_3D_SR = '1.2.840.10008.5.1.4.1.1.88.34';

const head = (
  relationship: ItemHead['relationship'],
  name: keyof typeof REPORT_CODES,
): ItemHead => ({ relationship, name: REPORT_CODES[name] });

/** @param segmentations - the objects whose segments the report measures */
export function reportObject(
  input: WriteInput,
  segmentations: readonly DicomObject[],
): DicomObject {
  const { sopInstanceUid, seriesInstanceUid } = resultUids(input, 'report-sr');
  const isComplete = input.exam.completeness.verdict === 'complete';
  const dataset: NaturalDataset = {
    ...commonModules(input, {
      sopClassUid: COMPREHENSIVE_3D_SR,
      sopInstanceUid,
      seriesInstanceUid,
      modality: 'SR',
      seriesNumber: SERIES_NUMBERS['report-sr'],
      description: 'CineMyoPS report',
    }),
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    CompletionFlag: isComplete ? 'COMPLETE' : 'PARTIAL',
    CompletionFlagDescription: isComplete ? undefined : 'Not all images of the exam were there',
    VerificationFlag: 'UNVERIFIED',
    CurrentRequestedProcedureEvidenceSequence: [evidence(input, segmentations)],
    CodingSchemeIdentificationSequence: [
      {
        CodingSchemeDesignator: '99CMPS',
        CodingSchemeName: 'CineMyoPS private codes',
        CodingSchemeResponsibleOrganization: input.software.manufacturer,
      },
    ],
    ...rootContainer(REPORT_CODES.imagingMeasurementReport, content(input, segmentations), '1500'),
  };
  return {
    kind: 'report-sr',
    sopClassUid: COMPREHENSIVE_3D_SR,
    sopInstanceUid,
    seriesInstanceUid,
    studyInstanceUid: input.exam.studyInstanceUid,
    bytes: encodePart10(dataset),
  };
}

/** TID 1500, in its order. */
function content(input: WriteInput, segmentations: readonly DicomObject[]): NaturalDataset[] {
  const groups = measurementGroups(input, segmentations);
  const remarks = reportRemarks(input).map((remark) =>
    textContent(head('CONTAINS', 'comment'), remark),
  );
  return [
    codeContent(head('HAS CONCEPT MOD', 'language'), REPORT_CODES.english),
    ...observer(input),
    codeContent(head('HAS CONCEPT MOD', 'procedureReported'), REPORT_CODES.cardiacMri),
    imageLibrary(input),
    ...(groups.length > 0 ? [containerItem(head('CONTAINS', 'imagingMeasurements'), groups)] : []),
    containerItem(head('CONTAINS', 'qualitativeEvaluations'), remarks),
  ];
}

/** TID 1002 and 1004: a device observed. */
function observer(input: WriteInput): NaturalDataset[] {
  const { software, segmentation } = input;
  return [
    codeContent(head('HAS OBS CONTEXT', 'observerType'), REPORT_CODES.device),
    uidContent(head('HAS OBS CONTEXT', 'deviceObserverUid'), segmentation.model.deviceUid),
    textContent(head('HAS OBS CONTEXT', 'deviceObserverName'), algorithmName(input)),
    textContent(head('HAS OBS CONTEXT', 'deviceObserverManufacturer'), software.manufacturer),
    textContent(head('HAS OBS CONTEXT', 'deviceObserverModelName'), software.name),
  ];
}

/** TID 1600: every image that was used. */
function imageLibrary({ exam }: WriteInput): NaturalDataset {
  const images = byInstance(sourcesOf(exam, allPhases(exam))).map(([first]) =>
    imageContent('CONTAINS', instanceItem(first)),
  );
  const modality = codeContent(head('HAS ACQ CONTEXT', 'modality'), REPORT_CODES.magneticResonance);
  const group = containerItem(head('CONTAINS', 'imageLibraryGroup'), [modality, ...images]);
  return containerItem(head('CONTAINS', 'imageLibrary'), [group]);
}

/** Every instance that the report refers to: images and segmentations. */
function evidence({ exam }: WriteInput, segmentations: readonly DicomObject[]): NaturalDataset {
  const images = bySeries(sourcesOf(exam, allPhases(exam)));
  return {
    StudyInstanceUID: exam.studyInstanceUid,
    ReferencedSeriesSequence: [...images, ...bySeries(segmentations)].map((instances) =>
      seriesItem(instances, 'ReferencedSOPSequence'),
    ),
  };
}
