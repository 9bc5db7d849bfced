import { expect } from 'chai';
import { decodePart10, type NaturalDataset, type NaturalValue } from '../../src/dicom/part10.ts';
import { NodeError } from '../../src/errors.ts';
import type { CineExam } from '../../src/exam.ts';
import type { DicomObject } from '../../src/result.ts';
import { writeResults, type WriteInput } from '../../src/write/write.ts';
import { examFixture } from '../support/exam-fixture.ts';
import { measurementsFixture, segmentationFixture } from '../support/segmentation-fixture.ts';

function inputFor(exam: CineExam, overrides: Partial<WriteInput> = {}): WriteInput {
  return {
    exam,
    segmentation: segmentationFixture(exam),
    measurements: measurementsFixture(),
    software: { name: 'cinemyops-node', version: '1.2.3', manufacturer: 'CineMyoPS' },
    fingerprint: 'fingerprint',
    ...overrides,
  };
}

const written = (exam: CineExam, overrides: Partial<WriteInput> = {}): NaturalDataset[] =>
  writeResults(inputFor(exam, overrides)).map(({ bytes }) => decodePart10(bytes));

const items = (value: NaturalValue): readonly NaturalDataset[] =>
  value as readonly NaturalDataset[];

const uidsOf = (objects: readonly DicomObject[]): string[] =>
  objects.flatMap(({ sopInstanceUid, seriesInstanceUid }) => [sopInstanceUid, seriesInstanceUid]);

/** Every data set inside, at any depth, itself included. */
function everyItem(dataset: NaturalDataset): NaturalDataset[] {
  const inside: unknown[] = Object.values(dataset).flat();
  const children = inside.filter(
    (item): item is NaturalDataset =>
      typeof item === 'object' && item !== null && !ArrayBuffer.isView(item),
  );
  return [dataset, ...children.flatMap(everyItem)];
}

/** Values of one attribute wherever it is. */
const valuesOf = (dataset: NaturalDataset, keyword: string): NaturalValue[] =>
  everyItem(dataset)
    .map((item) => item[keyword])
    .filter((value) => value !== undefined);

const remarksOf = (report: NaturalDataset): string =>
  valuesOf(report, 'TextValue')
    .filter((value) => typeof value === 'string')
    .join('\n');

const measuredNames = (report: NaturalDataset): NaturalValue[] =>
  everyItem(report)
    .filter(({ ValueType }) => ValueType === 'NUM')
    .map(({ ConceptNameCodeSequence }) => items(ConceptNameCodeSequence)[0].CodeMeaning);

describe('writeResults', () => {
  it('writes anatomy, pathology and report, each in a series of its own', () => {
    const exam = examFixture();
    const objects = writeResults(inputFor(exam));
    expect(objects.map(({ kind }) => kind)).to.deep.equal([
      'anatomy-seg',
      'pathology-seg',
      'report-sr',
    ]);
    expect(new Set(uidsOf(objects)).size).to.equal(6);
    for (const object of objects) {
      const dataset = decodePart10(object.bytes);
      expect(dataset.SOPClassUID).to.equal(object.sopClassUid);
      expect(dataset.SOPInstanceUID).to.equal(object.sopInstanceUid);
      expect(dataset.SeriesInstanceUID).to.equal(object.seriesInstanceUid);
      expect(dataset.StudyInstanceUID).to.equal(exam.studyInstanceUid);
      expect(object.sopInstanceUid.length).to.be.lessThanOrEqual(64);
    }
  });

  it('gives the same bytes for the same input', () => {
    const [once, again] = [1, 2].map(() => writeResults(inputFor(examFixture())));
    once.forEach(({ bytes }, i) => {
      expect(Buffer.from(bytes).equals(again[i].bytes)).to.equal(true);
    });
  });

  it('gives new UIDs for whatever makes another content', () => {
    const exam = examFixture();
    const input = inputFor(exam);
    const { segmentation, software } = input;
    const model = { ...segmentation.model, deviceUid: '2.25.8' };
    const variants = [
      input,
      { ...input, fingerprint: 'other' },
      { ...input, segmentation: { ...segmentation, model } },
      { ...input, software: { ...software, version: '1.2.4' } },
      { ...input, segmentationType: 'LABELMAP' as const },
      { ...input, exam: { ...exam, context: { ...exam.context, PatientID: 'CORRECTED' } } },
      { ...input, exam: { ...exam, completeness: { verdict: 'partial' as const, notes: [] } } },
    ].map((variant) => uidsOf(writeResults(variant)));
    expect(new Set(variants.flat()).size).to.equal(variants.flat().length);
  });

  it('gives a structure one tracking UID in segment and report, whatever the model', () => {
    const exam = examFixture();
    const [anatomy, pathology, report] = written(exam);
    const inSegments = [anatomy, pathology].flatMap((dataset) => valuesOf(dataset, 'TrackingUID'));
    const inReport = valuesOf(report, 'UID');
    expect(inSegments.length).to.equal(6);
    // Healthy myocardium, the last, has no numbers.
    for (const uid of inSegments.slice(0, -1)) expect(inReport).to.include(uid);
    const untrained = written(exam, { segmentation: segmentationFixture(exam, false) });
    expect(valuesOf(untrained[0], 'TrackingUID')).to.deep.equal(inSegments.slice(0, 3));
  });

  it('says in report and segmentation of lesions that a model does not find them', () => {
    const exam = examFixture();
    const segmentation = segmentationFixture(exam);
    const model = { ...segmentation.model, findsPathology: false, cautions: ['Early model.'] };
    const [anatomy, pathology, report] = written(exam, {
      segmentation: { ...segmentation, model },
    });
    expect(anatomy.SeriesDescription).to.not.contain('NOT FIND');
    expect(pathology.SeriesDescription).to.equal('CineMyoPS, DOES NOT FIND SCAR, ED');
    expect(remarksOf(report)).to.contain('THIS MODEL DOES NOT FIND SCAR OR EDEMA');
    expect(remarksOf(report)).to.contain('Early model.');
  });

  it('says in every object that a model is untrained, and of a trained one that it is not', () => {
    const exam = examFixture();
    for (const isTrained of [false, true]) {
      const segmentation = segmentationFixture(exam, isTrained);
      for (const dataset of written(exam, { segmentation })) {
        const told = JSON.stringify(dataset).includes('UNTRAINED MODEL');
        expect(told).to.equal(!isTrained);
        const description = dataset.SeriesDescription as string;
        expect(description.startsWith('UNTRAINED')).to.equal(!isTrained);
        expect(description.length).to.be.lessThanOrEqual(64);
      }
    }
  });

  it('names model and Device UID in every object', () => {
    for (const dataset of written(examFixture())) {
      const [equipment] = items(dataset.ContributingEquipmentSequence);
      expect(equipment.DeviceUID).to.equal('2.25.7');
      expect(equipment.SoftwareVersions).to.deep.equal(['1.2.3', '1.0.0']);
    }
  });

  it('leaves invalid or missing dates of the source empty and keeps its identifiers as they are', () => {
    const longId = 'X'.repeat(70);
    const context = { StudyDate: undefined, PatientBirthDate: undefined, PatientID: longId };
    for (const dataset of written(examFixture({ context }))) {
      expect(dataset.StudyDate).to.equal(null);
      expect(dataset.PatientBirthDate).to.equal(null);
      expect(dataset.PatientID).to.equal(longId);
    }
  });

  it('shortens descriptions that the source made too long', () => {
    const context = {
      PatientIdentityRemoved: 'YES',
      DeidentificationMethod: 'm'.repeat(77),
      StudyDescription: 'd'.repeat(70),
    };
    for (const dataset of written(examFixture({ context }))) {
      expect(dataset.DeidentificationMethod).to.equal('m'.repeat(64));
      expect(dataset.StudyDescription).to.equal('d'.repeat(64));
    }
  });

  it('refuses labels that do not lie on the grid of the exam', () => {
    const exam = examFixture();
    const segmentation = segmentationFixture(examFixture({ shape: [4, 3, 18, 21] }));
    expect(() => writeResults(inputFor(exam, { segmentation })))
      .to.throw(NodeError, 'expected [T, Z, Y, X] = [4, 3, 18, 22], got [4, 3, 18, 21]')
      .with.property('code', 'shape-mismatch');
  });
});

describe('the segmentations', () => {
  it('reference every source instance once, by series', () => {
    const exam = examFixture({ series: 'one-a-slice' });
    const [anatomy, pathology] = written(exam);
    const [phases, slices] = exam.volume.shape;
    for (const [dataset, perSeries] of [
      [anatomy, phases],
      [pathology, 1],
    ] as const) {
      const series = items(dataset.ReferencedSeriesSequence);
      expect(series.length).to.equal(slices);
      for (const { ReferencedInstanceSequence } of series)
        expect(items(ReferencedInstanceSequence).length).to.equal(perSeries);
    }
  });

  it('call themselves a 3D loop only when slices are parallel and equidistant', () => {
    const types = (exam: CineExam): NaturalValue[] =>
      written(exam)
        .slice(0, 2)
        .map(({ DimensionOrganizationType }) => DimensionOrganizationType);
    expect(types(examFixture())).to.deep.equal(['3D_TEMPORAL', '3D']);
    expect(types(examFixture({ sliceStepMm: [8, 9] }))).to.deep.equal([undefined, undefined]);
    const single = examFixture({ shape: [3, 1, 8, 8] });
    expect(types(single)).to.deep.equal([undefined, undefined]);
  });

  it('give each frame its own orientation when slices are not quite parallel', () => {
    const exam = examFixture();
    const planes = exam.volume.planes.map((plane, z) =>
      z === 0 ? { ...plane, imageOrientationPatient: [1, 0, 0, 0, 1, 0] as const } : plane,
    );
    const [anatomy] = written({ ...exam, volume: { ...exam.volume, planes } });
    const [shared] = items(anatomy.SharedFunctionalGroupsSequence);
    expect(shared.PlaneOrientationSequence).to.equal(undefined);
    items(anatomy.PerFrameFunctionalGroupsSequence).forEach((frame, i) => {
      const [{ ImageOrientationPatient }] = items(frame.PlaneOrientationSequence);
      const isFirst = i % exam.volume.shape[1] === 0;
      expect((ImageOrientationPatient as number[])[0] === 1).to.equal(isFirst);
    });
  });

  it('take the slice distance from the positions, never from the thickness', () => {
    const [anatomy] = written(examFixture({ sliceStepMm: 9.5 }));
    const [shared] = items(anatomy.SharedFunctionalGroupsSequence);
    const [measures] = items(shared.PixelMeasuresSequence);
    expect(measures.SpacingBetweenSlices).to.equal(9.5);
    expect(measures.SliceThickness).to.equal(6);
    expect(measures.PixelSpacing).to.deep.equal([1.5, 0.9]);
  });

  it('say that the source was lossy, and how', () => {
    const context = {
      LossyImageCompressionRatio: '12.5',
      LossyImageCompressionMethod: 'ISO_10918_1',
    };
    const [lossy] = written(examFixture({ isLossy: true, context }));
    expect(lossy.LossyImageCompression).to.equal('01');
    expect(lossy.LossyImageCompressionRatio).to.equal(12.5);
    const [plain] = written(examFixture());
    expect(plain.LossyImageCompression).to.equal('00');
    expect(plain.LossyImageCompressionRatio).to.equal(undefined);
  });

  it('are label maps on demand: one frame a slice and phase, segment numbers as values', () => {
    const exam = examFixture();
    const input = inputFor(exam, { segmentationType: 'LABELMAP' });
    const objects = writeResults(input);
    const anatomy = decodePart10(objects[0].bytes);
    const [phases, slices] = exam.volume.shape;
    expect(anatomy.SOPClassUID).to.equal('1.2.840.10008.5.1.4.1.1.66.7');
    expect(anatomy.NumberOfFrames).to.equal(phases * slices);
    expect(items(anatomy.DimensionIndexSequence).length).to.equal(2);
    const numbers = [0, 2, 1, 3]; // background, myocardium, LV blood, RV blood
    const expected = input.segmentation.anatomy.labels.map((label) => numbers[label]);
    expect(anatomy.PixelData).to.deep.equal(expected);
    expect(valuesOf(decodePart10(objects[2].bytes), 'ReferencedSOPClassUID')).to.include(
      '1.2.840.10008.5.1.4.1.1.66.7',
    );
  });
});

describe('the report', () => {
  it('lists as evidence every instance that it refers to, and no other', () => {
    const exam = examFixture({ series: 'one-a-slice' });
    const objects = writeResults(inputFor(exam));
    const report = decodePart10(objects[2].bytes);
    const [evidence] = items(report.CurrentRequestedProcedureEvidenceSequence);
    const listed = new Set(valuesOf(evidence, 'ReferencedSOPInstanceUID'));
    const referred = new Set(
      items(report.ContentSequence).flatMap((item) => valuesOf(item, 'ReferencedSOPInstanceUID')),
    );
    expect([...listed].toSorted()).to.deep.equal([...referred].toSorted());
    expect(listed.has(objects[0].sopInstanceUid)).to.equal(true);
    expect(listed.size).to.equal(exam.sources.length + 2);
  });

  it('names the source series where there is one, and the images where there are more', () => {
    const one = examFixture();
    const series = one.sources[0].seriesInstanceUid;
    expect(valuesOf(written(one)[2], 'UID').filter((uid) => uid === series).length).to.equal(5);
    const several = JSON.stringify(written(examFixture({ series: 'one-a-slice' }))[2]);
    expect(several.includes('Source series for segmentation')).to.equal(false);
    expect(several.includes('Source image for segmentation')).to.equal(true);
  });

  it('is for research, unverified, and partial when images were missing', () => {
    const exam = examFixture();
    const [, , whole] = written(exam);
    expect(whole.CompletionFlag).to.equal('COMPLETE');
    expect(whole.VerificationFlag).to.equal('UNVERIFIED');
    expect(remarksOf(whole)).to.include('Research use only');
    const notes = ['slice 2 lacks 3 of 25 phases'];
    const [, , partial] = written({ ...exam, completeness: { verdict: 'partial', notes } });
    expect(partial.CompletionFlag).to.equal('PARTIAL');
    expect(remarksOf(partial)).to.include('slice 2 lacks 3 of 25 phases');
  });

  it('leaves out a number that cannot be had and says why', () => {
    const rrInterval = { value: null, unit: 'ms', reason: 'the scanner gave none' } as const;
    const [, , report] = written(examFixture(), {
      measurements: measurementsFixture({ rrInterval }),
    });
    expect(measuredNames(report)).not.to.include('R-R interval');
    expect(measuredNames(written(examFixture())[2])).to.include('R-R interval');
    expect(valuesOf(report, 'TextValue')).to.include(
      'Cardiac cycle: no R-R interval: the scanner gave none',
    );
  });

  it('is still a report when nothing could be measured', () => {
    const none = Object.fromEntries(
      Object.entries(measurementsFixture()).map(([name, value]) => [
        name,
        Array.isArray(value) ? value : { value: null, unit: 'mL', reason: 'no heart' },
      ]),
    );
    const [, , report] = written(examFixture(), { measurements: measurementsFixture(none) });
    expect(measuredNames(report)).to.deep.equal([]);
    expect(JSON.stringify(report).includes('Imaging Measurements')).to.equal(false);
    expect(remarksOf(report)).to.include('Scar: no Volume; ');
    expect(remarksOf(report).match(/: no heart/g)).to.have.length(1);
  });

  it('declares the private scheme whose codes it uses', () => {
    const [, , report] = written(examFixture());
    const [scheme] = items(report.CodingSchemeIdentificationSequence);
    expect(scheme.CodingSchemeDesignator).to.equal('99CMPS');
    expect(valuesOf(report, 'CodingSchemeDesignator')).to.include('99CMPS');
  });
});
