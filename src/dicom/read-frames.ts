// DICOM Part 10 files -> MR frames, without decoding a pixel.
import { createHash } from 'node:crypto';
import dicomParser, { type DataSet } from 'dicom-parser';
import { NodeError, messageOf } from '../errors.ts';
import type { FrameTimes, MrFrame, UnreadableInstance } from '../mr-frame.ts';
import type { InputInstance } from '../result.ts';
import type { ImageOrientationPatient, PixelSpacingMm, Vec3 } from '../volume.ts';
import { dicomTimeMs } from './dicom-time.ts';
import { frameHeader, type FrameHeader, type Tag } from './header.ts';
import { decodeFrame, readPixelLayout } from './pixels.ts';
import { readStudyContext } from './study-context.ts';

const MR_IMAGE = '1.2.840.10008.5.1.4.1.1.4';
const MULTI_FRAME_MR: ReadonlySet<string> = new Set([
  '1.2.840.10008.5.1.4.1.1.4.1', // Enhanced MR
  '1.2.840.10008.5.1.4.1.1.4.4', // Legacy Converted Enhanced MR
]);

/** Everything that a set of files holds for grouping. */
export interface FramesRead {
  readonly frames: readonly MrFrame[];
  /** Files that are not usable MR, each with its reason. */
  readonly unreadable: readonly UnreadableInstance[];
  /** How many sound DICOM instances are of another kind than MR images. */
  readonly otherCount: number;
}

/**
 * Reads the headers of all MR frames.
 *
 * @param instances - files in any order; what is not MR is counted, what is broken is listed
 */
export function readFrames(instances: readonly InputInstance[]): FramesRead {
  const frames: MrFrame[] = [];
  const unreadable: UnreadableInstance[] = [];
  const seen = new Set<string>();
  let otherCount = 0;
  for (const instance of instances) {
    let seriesInstanceUid: string | undefined;
    try {
      const dataSet = parse(instance.bytes);
      seriesInstanceUid = dataSet.string('x0020000e');
      const sopInstanceUid = dataSet.string('x00080018') ?? '';
      if (seen.has(sopInstanceUid)) continue;
      const own = framesOf(dataSet, instance);
      if (own === undefined) otherCount++;
      else frames.push(...own);
      seen.add(sopInstanceUid);
    } catch (error) {
      if (!(error instanceof NodeError)) throw error;
      unreadable.push({
        name: instance.name,
        seriesInstanceUid: seriesInstanceUid ?? seriesOfRest(error),
        isTruncated: error.code === 'dicom-truncated',
        reason: error.message,
      });
    }
  }
  return { frames, unreadable, otherCount };
}

/**
 * @throws {NodeError} `not-dicom` without the DICM prefix
 * @throws {NodeError} `dicom-truncated` when the elements end too early
 */
function parse(bytes: Uint8Array): DataSet {
  const prefix = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 132 || prefix.toString('latin1', 128, 132) !== 'DICM') {
    throw new NodeError('not-dicom', 'expected a DICOM Part 10 file (DICM at byte 128), got none');
  }
  try {
    return dicomParser.parseDicom(bytes);
  } catch (error) {
    // dicom-parser throws plain objects with an `exception` text, and strings.
    const cause =
      typeof error === 'object' && error !== null && 'exception' in error ? error.exception : error;
    throw new NodeError(
      'dicom-truncated',
      `expected a whole DICOM data set, got one that breaks off (${messageOf(cause)}): send the instance again`,
      { cause: error },
    );
  }
}

/** The series of a data set that breaks off later on: dicom-parser throws what it had read so far. */
function seriesOfRest({ cause }: NodeError): string | undefined {
  const hasRest = typeof cause === 'object' && cause !== null && 'dataSet' in cause;
  return hasRest ? (cause.dataSet as DataSet | undefined)?.string('x0020000e') : undefined;
}

function framesOf(dataSet: DataSet, instance: InputInstance): MrFrame[] | undefined {
  const sopClassUid = dataSet.string('x00080016') ?? '';
  if (sopClassUid === MR_IMAGE) return [readFrame(dataSet, instance, undefined)];
  if (!MULTI_FRAME_MR.has(sopClassUid)) return undefined;
  const count = dataSet.intString('x00280008') ?? 1;
  return Array.from({ length: count }, (_, i) => readFrame(dataSet, instance, i));
}

function readFrame(
  dataSet: DataSet,
  instance: InputInstance,
  frameIndex: number | undefined,
): MrFrame {
  const header = frameHeader(dataSet, frameIndex);
  const layout = readPixelLayout(dataSet, frameIndex);
  return {
    source: {
      sopClassUid: required(header, 'x00080016', 'SOPClassUID'),
      sopInstanceUid: required(header, 'x00080018', 'SOPInstanceUID'),
      seriesInstanceUid: required(header, 'x0020000e', 'SeriesInstanceUID'),
      ...(frameIndex === undefined ? {} : { frameNumber: frameIndex + 1 }),
    },
    studyInstanceUid: required(header, 'x0020000d', 'StudyInstanceUID'),
    patientKey: patientKey(header),
    frameOfReferenceUid: required(header, 'x00200052', 'FrameOfReferenceUID'),
    seriesNumber: header.text('x00200011') ?? '?',
    acquisitionNumber: header.number('x00200012'),
    instanceNumber: header.number('x00200013'),
    imageType: header.texts(frameIndex === undefined ? 'x00080008' : 'x00089007', 'x00189226'),
    description: ['x0008103e', 'x00181030', 'x00180024', 'x00189005']
      .map((tag) => header.text(tag as Tag) ?? '')
      .join(' ')
      .toLowerCase(),
    isPhaseContrast: header.text('x00189014') === 'YES',
    rows: layout.rows,
    columns: layout.columns,
    pixelSpacingMm: pixelSpacing(header),
    sliceThicknessMm: header.number('x00180050', 'x00289110') ?? 0,
    imagePositionPatient: position(header),
    imageOrientationPatient: orientation(header),
    times: frameTimes(header, frameIndex),
    nominalIntervalMs: header.number('x00181062') ?? header.float64('x00209251', 'x00189118'),
    cardiacNumberOfImages: header.number('x00181090'),
    isLossy: header.text('x00282110') === '01',
    readPixels: () => decodeFrame(dataSet, layout, frameIndex ?? 0),
    readContext: () => readStudyContext(instance.bytes),
  };
}

function frameTimes(header: FrameHeader, frameIndex: number | undefined): FrameTimes {
  const content = 'x00209111';
  return {
    TriggerTime: header.number('x00181060'),
    NominalCardiacTriggerDelayTime: header.float64('x00209153', 'x00189118'),
    TemporalPositionIdentifier: header.number('x00200100'),
    TemporalPositionIndex: header.uint32('x00209128', content),
    NominalPercentageOfCardiacPhase: header.float32('x00209241', 'x00189118'),
    ContentTime: dicomTimeMs(header.text('x00080033')),
    AcquisitionTime: dicomTimeMs(header.text('x00080032')),
    InstanceNumber: frameIndex === undefined ? header.number('x00200013') : frameIndex + 1,
  };
}

function patientKey(header: FrameHeader): string {
  const identity = [header.text('x00100020') ?? '', header.text('x00100021') ?? ''];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
}

function required(header: FrameHeader, tag: Tag, keyword: string): string {
  const value = header.text(tag);
  if (value === undefined || value === '') throw missing(keyword, 'nothing');
  return value;
}

function position(header: FrameHeader): Vec3 {
  const v = header.numbers('x00200032', 'x00209113');
  if (v.length !== 3 || !v.every(Number.isFinite)) {
    throw missing('ImagePositionPatient (3 numbers)', `${v.length}`);
  }
  return [v[0], v[1], v[2]];
}

function orientation(header: FrameHeader): ImageOrientationPatient {
  const v = header.numbers('x00200037', 'x00209116');
  const isUnit = (i: number) => Math.abs(Math.hypot(v[i], v[i + 1], v[i + 2]) - 1) < 0.01;
  if (v.length !== 6 || !v.every(Number.isFinite) || !isUnit(0) || !isUnit(3)) {
    throw missing('ImageOrientationPatient (two unit vectors)', `${v.length} numbers`);
  }
  return [v[0], v[1], v[2], v[3], v[4], v[5]];
}

function pixelSpacing(header: FrameHeader): PixelSpacingMm {
  const v = header.numbers('x00280030', 'x00289110');
  if (v.length !== 2 || !v.every((s) => s > 0 && Number.isFinite(s))) {
    throw missing('PixelSpacing (2 positive numbers)', `${v.length}`);
  }
  return [v[0], v[1]];
}

function missing(expected: string, got: string): NodeError {
  return new NodeError(
    'attribute-missing',
    `expected ${expected}, got ${got}: without it the frame has no place in the patient`,
  );
}
