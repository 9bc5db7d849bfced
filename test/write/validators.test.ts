// Our objects as the validators of others see them.
import { expect } from 'chai';
import { readFrames } from '../../src/dicom/read-frames.ts';
import type { CineExam } from '../../src/exam.ts';
import type { Measurements } from '../../src/findings.ts';
import { groupCine } from '../../src/group/group.ts';
import type { DicomObject } from '../../src/result.ts';
import { writeResults } from '../../src/write/write.ts';
import { missingTool, runPixelMed, runTool, withFolder, writeIn } from '../support/dicom-tools.ts';
import { examFixture, type ExamOptions } from '../support/exam-fixture.ts';
import { measurementsFixture, segmentationFixture } from '../support/segmentation-fixture.ts';
import { hasSharedData, readSharedExam } from '../support/shared-data.ts';
import { sourceInstances } from '../support/source-fixture.ts';

const EXAMS: readonly (readonly [string, ExamOptions])[] = [
  ['a plain exam', {}],
  ['a series for each slice', { series: 'one-a-slice' }],
  ['slices at unequal distances', { sliceStepMm: [8, 12.5] }],
  ['one slice and one phase', { shape: [1, 1, 9, 7] }],
  ['a multi-frame source', { isMultiFrame: true }],
  ['names beyond ASCII', { context: { PatientName: 'Müller^Jörg=漢字^名' } }],
  [
    'a lossy source',
    {
      isLossy: true,
      context: { LossyImageCompressionRatio: '12.5', LossyImageCompressionMethod: 'ISO_15444_1' },
    },
  ],
];

/** What dciodvfy warns of, and why it may. */
const KNOWN_WARNINGS = [
  // Device UID in Contributing Equipment is younger than Debian's dciodvfy of 2022.
  /^Warning - Attribute is not present in standard DICOM IOD - \(0x0018,0x1002\) UI Device UID/,
  /^Warning - Dicom dataset contains attributes not present in standard DICOM IOD/,
  // Our own scheme, declared in Coding Scheme Identification Sequence.
  /^Warning - Unrecognized defined term <99CMPS>/,
  // Only for media; the source has none.
  /^Warning - Missing attribute or value that would be needed to build DICOMDIR - Study (ID|Date|Time)/,
  // The source's own name.
  /^Warning - Value dubious for this VR - \(0x0010,0x0010\) PN Patient's Name .* Retired Person Name form$/,
];

/** The Sunnybrook UIDs are invalid and must be kept; the last line sums up the others. */
const INVALID_SOURCE_UID =
  /^Error - Value invalid for this VR - \(0x(0008,0x1155|0020,0x000d|0020,0x000e|0020,0x0052|0040,0xa124)\) UI .*<([0-9.]+)> - Leading zeroes in embedded numeric component\(s\)$/;
const SUM_OF_INVALID_VALUES =
  'Error - Dicom dataset contains invalid data values for Value Representations';

/** CID 100 is a baseline that may be extended, and has no heart: PixelMed allows nothing beside it. */
const PROCEDURE_NOT_IN_CID_100 =
  /^Error: .*\(241620005,SCT,"Cardiac MRI"\) not found in context group 100$/;
/** Where one group has a segment, PixelMed takes the groups by site (TID 1501) for TID 1411 too. */
const SITE_TAKEN_FOR_SEGMENT =
  /^Error: Template 1411 .*\[Row (5|7|10)\].*: within 1\.\d+\.([6-9]): .*Missing conditional content item$/;

function write(exam: CineExam, overrides: Partial<Measurements> = {}): DicomObject[] {
  return writeResults({
    exam,
    segmentation: segmentationFixture(exam),
    measurements: measurementsFixture(overrides),
    software: { name: 'cinemyops-node', version: '0.0.0', manufacturer: 'CineMyoPS' },
    fingerprint: 'fingerprint',
  });
}

function check<T>(object: DicomObject, tool: (file: string) => T): T {
  return withFolder((folder) => tool(writeIn(folder, `${object.kind}.dcm`, object.bytes)));
}

const dciodvfy = (object: DicomObject): readonly string[] =>
  check(object, (file) => runTool('dciodvfy', [file]).lines);

function expectKnownWarnings(lines: readonly string[]): void {
  const warnings = lines.filter((line) => line.startsWith('Warning'));
  for (const line of warnings)
    expect(
      KNOWN_WARNINGS.some((known) => known.test(line)),
      line,
    ).to.equal(true);
}

/** Skips the tests of a block where a tool is not installed, and says what would install it. */
function needs(...tools: readonly Parameters<typeof missingTool>[0][]): Mocha.Func {
  return function () {
    const wanted = tools.map(missingTool).filter((packageName) => packageName !== undefined);
    if (wanted.length === 0) return;
    console.log(`skipped: install ${wanted.join(' ')}`);
    this.skip();
  };
}

describe('dciodvfy', () => {
  before(needs('dciodvfy'));

  for (const [name, options] of EXAMS)
    it(`finds no error and no unknown warning in the results of ${name}`, () => {
      for (const object of write(examFixture(options))) {
        const lines = dciodvfy(object);
        expect(lines.filter((line) => line.startsWith('Error'))).to.deep.equal([]);
        expectKnownWarnings(lines);
        expect(lines.some((line) => /^(Segmentation|Comprehensive3DSR)$/.test(line))).to.equal(
          true,
        );
      }
    });
});

describe('dcentvfy', () => {
  before(needs('dcentvfy'));

  it('finds results and sources to be of one patient and study', () => {
    const exam = examFixture({ series: 'one-a-slice' });
    const lines = withFolder((folder) => {
      const files = [...write(exam), ...sourceInstances(exam)].map(({ bytes }, i) =>
        writeIn(folder, `${i}.dcm`, bytes),
      );
      return runTool('dcentvfy', files).lines;
    });
    expect(lines.filter((line) => line.startsWith('Error'))).to.deep.equal([]);
  });
});

describe('dcmtk', () => {
  before(needs('dsrdump', 'dcmdump'));

  it('reads the report without a word of warning', () => {
    for (const [, options] of EXAMS) {
      const report = write(examFixture(options))[2];
      const { lines, status } = check(report, (file) => runTool('dsrdump', ['-v', file]));
      expect(status).to.equal(0);
      // dcmtk 3.6.7 cannot check values in UTF-8 and says so.
      const isKnown = (line: string): boolean => line.includes('does not support this Specific');
      expect(lines.filter((line) => /^[EW]:/.test(line) && !isKnown(line))).to.deep.equal([]);
      expect(lines.some((line) => line.includes('"140.25" (mL,UCUM,"milliliter")'))).to.equal(true);
    }
  });

  it('reads every object to its end', () => {
    for (const object of write(examFixture())) {
      const { lines, status } = check(object, (file) => runTool('dcmdump', ['-q', file]));
      expect(status).to.equal(0);
      const pixels = lines.some((line) => line.startsWith('(7fe0,0010) OB'));
      expect(pixels).to.equal(object.kind !== 'report-sr');
    }
  });
});

describe('PixelMed', function () {
  this.timeout(240_000); // 20 s a report on a quiet machine

  before(needs('pixelmed'));

  const errorsOf = (report: DicomObject): string[] =>
    check(report, (file) => runPixelMed(file)).lines.filter((line) => line.startsWith('Error'));

  it('finds the groups of segments to follow TID 1411 in TID 1500', () => {
    const lines = errorsOf(write(examFixture())[2]);
    expect(lines.filter((line) => !SITE_TAKEN_FOR_SEGMENT.test(line))).to.satisfy(
      (rest: string[]) => rest.length === 1 && PROCEDURE_NOT_IN_CID_100.test(rest[0]),
      lines.join('\n'),
    );
  });

  it('finds the groups of sites to follow TID 1501, and a report without segments to be whole', () => {
    const missing = { value: null, unit: 'mL', reason: 'not measured' } as const;
    const names = ['lvEdv', 'lvEsv', 'rvEdv', 'rvEsv', 'lvMass', 'lvMyocardiumVolume'] as const;
    const findings = ['scarVolume', 'scarMass', 'scarShare'] as const;
    const others = ['edemaVolume', 'edemaMass', 'edemaShare'] as const;
    const none = Object.fromEntries([...names, ...findings, ...others].map((n) => [n, missing]));
    const lines = errorsOf(write(examFixture({ series: 'one-a-slice' }), none)[2]);
    expect(lines.length, lines.join('\n')).to.equal(1);
    expect(lines[0]).to.match(PROCEDURE_NOT_IN_CID_100);
  });
});

describe('results of real exams', function () {
  before(function () {
    if (hasSharedData) return;
    console.log('skipped: ../shared/data is not here');
    this.skip();
  });
  before(needs('dciodvfy', 'dsrdump'));

  for (const [name, archives] of [
    ['GE', ['SCD0000101', 'SCD0000101-scout']],
    ['Siemens', ['siemens']],
  ] as const)
    it(`keep the source's own invalid UIDs and have no other error: ${name}`, async () => {
      const instances = readSharedExam(...archives);
      const exam = await groupCine({ ...readFrames(instances), waitIsOver: true });
      const sourceUids = new Set([
        exam.studyInstanceUid,
        exam.frameOfReferenceUid,
        ...exam.sources.flatMap((s) => [s.sopInstanceUid, s.seriesInstanceUid]),
      ]);
      for (const object of write(exam)) {
        const lines = dciodvfy(object);
        expectKnownWarnings(lines);
        const errors = lines.filter((line) => line.startsWith('Error'));
        for (const line of errors.filter((text) => text !== SUM_OF_INVALID_VALUES)) {
          const uid = INVALID_SOURCE_UID.exec(line)?.[2];
          expect(sourceUids.has(uid ?? ''), line).to.equal(true);
        }
        if (name === 'Siemens') expect(errors).to.deep.equal([]);
      }
      // -Ee: dcmtk stops at the invalid UIDs otherwise.
      const { status } = check(write(exam)[2], (file) => runTool('dsrdump', ['-Ee', '-q', file]));
      expect(status).to.equal(0);
    });
});
