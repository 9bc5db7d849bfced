import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodePart10, type NaturalDataset } from '../../src/dicom/part10.ts';
import { readFrames, type FramesRead } from '../../src/dicom/read-frames.ts';
import { hasCommand } from '../support/has-command.ts';

const [ROWS, COLUMNS] = [12, 16];

/** A 12-bit gradient that uses the whole range, so that a lost bit or swapped axis shows. */
const STORED = Uint16Array.from({ length: ROWS * COLUMNS }, (_, i) => (i * 37) % 4096);

function dataset(overrides: NaturalDataset = {}): NaturalDataset {
  return {
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
    SOPInstanceUID: '1.2.3.4',
    SeriesInstanceUID: '1.2.3',
    StudyInstanceUID: '1.2',
    FrameOfReferenceUID: '1.2.9',
    Modality: 'MR',
    PatientID: 'P1',
    ImageType: ['ORIGINAL', 'PRIMARY', 'M'],
    SeriesNumber: 7,
    InstanceNumber: 3,
    TriggerTime: '12.5',
    NominalInterval: 800,
    ImagePositionPatient: [1, 2, 3],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    PixelSpacing: [1.5, 1.25],
    SliceThickness: 8,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: ROWS,
    Columns: COLUMNS,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    PixelData: STORED,
    ...overrides,
  };
}

const read = (bytes: Uint8Array): FramesRead => readFrames([{ name: 'a', bytes }]);

async function pixels(bytes: Uint8Array): Promise<number[]> {
  const { frames, unreadable } = read(bytes);
  expect(unreadable).to.deep.equal([]);
  return [...(await frames[0].readPixels())];
}

/** Converts a file with a tool of dcmtk. */
function convert(tool: string, ...flags: readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'cinemyops-test-'));
  try {
    writeFileSync(join(folder, 'in.dcm'), encodePart10(dataset()));
    execFileSync(tool, [...flags, join(folder, 'in.dcm'), join(folder, 'out.dcm')]);
    return readFileSync(join(folder, 'out.dcm'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('readFrames', () => {
  it('reads geometry, time keys and pixels of classic MR', async () => {
    const { frames, otherCount } = read(encodePart10(dataset()));
    expect(otherCount).to.equal(0);
    const [frame] = frames;
    expect(frame.imagePositionPatient).to.deep.equal([1, 2, 3]);
    expect(frame.pixelSpacingMm).to.deep.equal([1.5, 1.25]);
    expect(frame.times.TriggerTime).to.equal(12.5);
    expect(frame.nominalIntervalMs).to.equal(800);
    expect(frame.seriesNumber).to.equal('7');
    expect([...(await frame.readPixels())]).to.deep.equal([...STORED]);
  });

  it('applies slope and intercept, and the sign of 12 stored bits', async () => {
    const bytes = encodePart10(
      dataset({ PixelRepresentation: 1, RescaleSlope: '0.5', RescaleIntercept: '-10' }),
    );
    const expected = [...STORED].map((v) => (v >= 2048 ? v - 4096 : v) * 0.5 - 10);
    expect(await pixels(bytes)).to.deep.equal(expected);
  });

  it('ignores whatever lies above the stored bits', async () => {
    const PixelData = STORED.map((v) => v | 0xf000);
    expect(await pixels(encodePart10(dataset({ PixelData })))).to.deep.equal([...STORED]);
  });

  it('reads 8-bit pixels', async () => {
    const PixelData = Uint8Array.from({ length: ROWS * COLUMNS }, (_, i) => i);
    const bytes = encodePart10(dataset({ BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelData }));
    expect(await pixels(bytes)).to.deep.equal([...PixelData]);
  });

  const conversions: readonly (readonly [string, string, readonly string[]])[] = [
    ['implicit VR little endian', 'dcmconv', ['+ti']],
    ['explicit VR big endian', 'dcmconv', ['+tb']],
    ['deflated explicit VR little endian', 'dcmconv', ['+td']],
    ['undefined lengths', 'dcmconv', ['-e']],
    ['JPEG lossless', 'dcmcjpeg', ['+e1']],
    ['JPEG-LS lossless', 'dcmcjpls', ['+el']],
    ['RLE lossless', 'dcmcrle', []],
  ];
  for (const [name, tool, flags] of conversions) {
    it(`reads the same pixels from ${name}`, async function () {
      if (!hasCommand(tool)) this.skip(); // dcmtk is not installed
      expect(await pixels(convert(tool, ...flags))).to.deep.equal([...STORED]);
    });
  }

  it('takes an instance once, however often it comes', () => {
    const bytes = encodePart10(dataset());
    const twice = readFrames([
      { name: 'a', bytes },
      { name: 'b', bytes },
    ]);
    expect(twice.frames.length).to.equal(1);
  });

  it('counts what is DICOM but not MR', () => {
    const other = encodePart10(dataset({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.7' }));
    expect(read(other)).to.deep.equal({ frames: [], unreadable: [], otherCount: 1 });
  });

  it('does not take the functional groups of a classic object for its geometry', () => {
    const stray = dataset({ PerFrameFunctionalGroupsSequence: [{}] });
    expect(read(encodePart10(stray)).frames[0].imagePositionPatient).to.deep.equal([1, 2, 3]);
  });

  it('tells patients apart without keeping who they are', () => {
    const [a] = read(encodePart10(dataset())).frames;
    const [b] = read(encodePart10(dataset({ PatientID: 'P2' }))).frames;
    expect(a.patientKey).to.not.equal(b.patientKey);
    expect(a.patientKey).to.not.contain('P1');
  });
});

describe('readFrames of Enhanced MR', () => {
  const shared = {
    PixelMeasuresSequence: [{ PixelSpacing: [1.5, 1.25], SliceThickness: 8 }],
    PlaneOrientationSequence: [{ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] }],
    MRImageFrameTypeSequence: [{ FrameType: ['ORIGINAL', 'PRIMARY', 'M', 'NONE'] }],
  };
  const perFrame = (i: number) => ({
    PlanePositionSequence: [{ ImagePositionPatient: [0, 0, 8 * i] }],
    FrameContentSequence: [{ TemporalPositionIndex: i + 1 }],
    CardiacSynchronizationSequence: [
      { NominalCardiacTriggerDelayTime: 12.5 * i, RRIntervalTimeNominal: 900 },
    ],
    PixelValueTransformationSequence: [
      { RescaleIntercept: String(100 * i), RescaleSlope: '2', RescaleType: 'US' },
    ],
  });
  const enhanced = dataset({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.4.1',
    ImagePositionPatient: undefined,
    ImageOrientationPatient: undefined,
    PixelSpacing: undefined,
    TriggerTime: undefined,
    NominalInterval: undefined,
    NumberOfFrames: 3,
    SharedFunctionalGroupsSequence: [shared],
    PerFrameFunctionalGroupsSequence: [perFrame(0), perFrame(1), perFrame(2)],
    PixelData: Uint16Array.from({ length: 3 * ROWS * COLUMNS }, (_, i) => i),
  });

  it('gives each frame its own place, time, number and pixels', async () => {
    const { frames } = read(encodePart10(enhanced));
    expect(frames.map((f) => f.source.frameNumber)).to.deep.equal([1, 2, 3]);
    expect(frames.map((f) => f.imagePositionPatient[2])).to.deep.equal([0, 8, 16]);
    expect(frames.map((f) => f.times.TemporalPositionIndex)).to.deep.equal([1, 2, 3]);
    expect(frames[2].times.NominalCardiacTriggerDelayTime).to.equal(25);
    expect(frames[1].nominalIntervalMs).to.equal(900);
    expect(frames[1].pixelSpacingMm).to.deep.equal([1.5, 1.25]);
    const size = ROWS * COLUMNS;
    expect((await frames[1].readPixels())[5]).to.equal((size + 5) * 2 + 100);
  });

  it('says which frame is cut off when the pixels end before the frames do', async () => {
    const short = { ...enhanced, PixelData: new Uint16Array(2 * ROWS * COLUMNS) };
    const { frames } = read(encodePart10(short));
    const error = await frames[2].readPixels().catch((e: unknown) => e);
    expect(String(error)).to.contain('for frame 3');
  });
});

describe('readFrames lists as unusable, with the reason', () => {
  const whole = encodePart10(dataset());
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['what is not DICOM', Buffer.from('hello'.repeat(100)), 'expected a DICOM Part 10 file'],
    ['an empty file', new Uint8Array(0), 'expected a DICOM Part 10 file'],
    ['a file cut in its header', whole.subarray(0, 500), 'breaks off'],
    ['a file cut in its pixels', whole.subarray(0, whole.length - 50), 'send the instance again'],
    ['no pixel data', encodePart10(dataset({ PixelData: undefined })), 'no Pixel Data'],
    [
      'no position',
      encodePart10(dataset({ ImagePositionPatient: undefined })),
      'expected ImagePositionPatient (3 numbers)',
    ],
    [
      'a position of two numbers',
      encodePart10(dataset({ ImagePositionPatient: [1, 2] })),
      'expected ImagePositionPatient (3 numbers), got 2',
    ],
    [
      'directions that are no unit vectors',
      encodePart10(dataset({ ImageOrientationPatient: [0, 0, 0, 0, 0, 0] })),
      'two unit vectors',
    ],
    ['a pixel spacing of zero', encodePart10(dataset({ PixelSpacing: [0, 1] })), 'PixelSpacing'],
    [
      'colour',
      encodePart10(dataset({ PhotometricInterpretation: 'RGB', SamplesPerPixel: 3 })),
      'got RGB with 3',
    ],
  ];
  for (const [name, bytes, reason] of cases) {
    it(name, () => {
      const { frames, unreadable } = read(bytes);
      expect(frames).to.deep.equal([]);
      expect(unreadable[0].reason).to.contain(reason);
    });
  }

  it('a truncated file with its series, as far as that was read', () => {
    const { SeriesInstanceUID } = dataset();
    const [inPixels] = read(whole.subarray(0, whole.length - 50)).unreadable;
    expect(inPixels.isTruncated).to.equal(true);
    expect(inPixels.seriesInstanceUid).to.equal(SeriesInstanceUID);
    const [other] = read(Buffer.from('hello'.repeat(100))).unreadable;
    expect(other).to.include({ isTruncated: false, seriesInstanceUid: undefined });
  });
});
