// DICOM Segmentation objects of any maker (PS3.3 A.51, C.8.20) -> masks on their source frames.
import { z } from 'zod';
import { NodeError } from '../errors.ts';
import type { ImageOrientationPatient, Vec3 } from '../volume.ts';
import { decodePart10, type NaturalDataset } from './part10.ts';

const SEGMENTATION_CLASSES: ReadonlySet<unknown> = new Set([
  '1.2.840.10008.5.1.4.1.1.66.4',
  '1.2.840.10008.5.1.4.1.1.66.7', // label map
]);

/** What a segment is: scheme and value of its property type. */
export interface SegmentType {
  readonly scheme: string;
  readonly value: string;
}

/** The pixels of one segment in one source frame. */
export interface SegmentMask {
  readonly type: SegmentType;
  readonly sopInstanceUid: string;
  /** 1-based; undefined for a single-frame source. */
  readonly frameNumber: number | undefined;
  /** `[Y, X]`, 1 inside. */
  readonly mask: Uint8Array;
  /** Where the frame says that it lies. */
  readonly position?: Vec3;
  readonly orientation?: ImageOrientationPatient;
}

export interface DrawnSegmentation {
  readonly manufacturer: string;
  readonly manufacturerModelName: string;
  /** Content date and time, YYYYMMDDHHMMSS.F; empty when it has none. Later ones sort after. */
  readonly drawnAt: string;
  readonly rows: number;
  readonly columns: number;
  /** Every segment, drawn in a frame or not. */
  readonly types: readonly SegmentType[];
  readonly masks: readonly SegmentMask[];
}

const count = z.int().positive();
const code = z.object({ CodeValue: z.string(), CodingSchemeDesignator: z.string() });
const source = z.object({
  ReferencedSOPInstanceUID: z.string(),
  ReferencedFrameNumber: count.nullish(),
});
const number = z.number();
const PLACE = {
  PlanePositionSequence: z
    .array(z.object({ ImagePositionPatient: z.tuple([number, number, number]) }))
    .optional(),
  PlaneOrientationSequence: z
    .array(
      z.object({
        ImageOrientationPatient: z.tuple([number, number, number, number, number, number]),
      }),
    )
    .optional(),
};
const segmentation = z.object({
  Rows: count,
  Columns: count,
  NumberOfFrames: count,
  Manufacturer: z.string().nullish(),
  ManufacturerModelName: z.string().nullish(),
  ContentDate: z.string().nullish(),
  ContentTime: z.string().nullish(),
  SegmentationType: z.enum(['BINARY', 'FRACTIONAL', 'LABELMAP']),
  BitsAllocated: z.union([z.literal(1), z.literal(8)]),
  MaximumFractionalValue: count.nullish(),
  SegmentSequence: z
    .array(
      z.object({ SegmentNumber: count, SegmentedPropertyTypeCodeSequence: z.array(code).min(1) }),
    )
    .min(1),
  SharedFunctionalGroupsSequence: z.array(z.object(PLACE)).optional(),
  PerFrameFunctionalGroupsSequence: z.array(
    z.object({
      ...PLACE,
      SegmentIdentificationSequence: z
        .array(z.object({ ReferencedSegmentNumber: count }))
        .optional(),
      DerivationImageSequence: z
        .array(z.object({ SourceImageSequence: z.array(source).optional() }))
        .optional(),
    }),
  ),
  PixelData: z.instanceof(Uint8Array),
});

type Segmentation = z.infer<typeof segmentation>;

/** True for a data set of a Segmentation class. */
export function isSegmentation(dataset: NaturalDataset): boolean {
  return SEGMENTATION_CLASSES.has(dataset['SOPClassUID']);
}

/**
 * Reads a segmentation; frames that name no source image are left out.
 *
 * @throws {NodeError} `not-dicom` or `dicom-truncated` as `decodePart10`
 * @throws {NodeError} `attribute-missing` when it is no segmentation or lacks what its class requires
 * @throws {NodeError} `pixel-data-unsupported` for compressed or 16-bit pixels
 */
export function readSegmentation(bytes: Uint8Array): DrawnSegmentation {
  const parsed = segmentation.safeParse(decodePart10(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue.path.join('.');
    throw new NodeError(
      path === 'PixelData' || path === 'BitsAllocated'
        ? 'pixel-data-unsupported'
        : 'attribute-missing',
      `expected a DICOM segmentation with uncompressed pixels, got one where ${path}: ${issue.message}`,
    );
  }
  const own = parsed.data;
  requirePixels(own);
  const typeOf = new Map(
    own.SegmentSequence.map(({ SegmentNumber, SegmentedPropertyTypeCodeSequence: [type] }) => [
      SegmentNumber,
      { scheme: type.CodingSchemeDesignator, value: type.CodeValue },
    ]),
  );
  return {
    manufacturer: own.Manufacturer ?? '',
    manufacturerModelName: own.ManufacturerModelName ?? '',
    drawnAt: `${own.ContentDate ?? ''}${own.ContentTime ?? ''}`,
    rows: own.Rows,
    columns: own.Columns,
    types: [...typeOf.values()],
    masks: own.PerFrameFunctionalGroupsSequence.flatMap((_, frame) =>
      masksOfFrame(own, frame, typeOf),
    ),
  };
}

function requirePixels(own: Segmentation): void {
  const bits = own.Rows * own.Columns * own.NumberOfFrames * own.BitsAllocated;
  const expected = Math.ceil(bits / 8);
  if (own.PixelData.length < expected)
    throw new NodeError(
      'dicom-truncated',
      `expected ${expected} bytes of segmentation, got ${own.PixelData.length}; send the file again`,
    );
}

function masksOfFrame(
  own: Segmentation,
  frame: number,
  typeOf: ReadonlyMap<number, SegmentType>,
): SegmentMask[] {
  const groups = own.PerFrameFunctionalGroupsSequence[frame];
  const image = groups.DerivationImageSequence?.[0]?.SourceImageSequence?.[0];
  if (image === undefined) return [];
  const shared = own.SharedFunctionalGroupsSequence?.[0];
  const { ImagePositionPatient: position } =
    (groups.PlanePositionSequence ?? shared?.PlanePositionSequence)?.[0] ?? {};
  const { ImageOrientationPatient: orientation } =
    (groups.PlaneOrientationSequence ?? shared?.PlaneOrientationSequence)?.[0] ?? {};
  const place = {
    sopInstanceUid: image.ReferencedSOPInstanceUID,
    frameNumber: image.ReferencedFrameNumber ?? undefined,
    ...(position !== undefined && { position }),
    ...(orientation !== undefined && { orientation }),
  };
  const values = frameValues(own, frame);
  if (own.SegmentationType === 'LABELMAP')
    return [...typeOf].map(([number, type]) => ({
      ...place,
      type,
      mask: values.map((value) => (value === number ? 1 : 0)),
    }));
  const number = groups.SegmentIdentificationSequence?.[0]?.ReferencedSegmentNumber;
  const type = number === undefined ? undefined : typeOf.get(number);
  if (type === undefined) return [];
  const half = own.SegmentationType === 'BINARY' ? 0.5 : (own.MaximumFractionalValue ?? 255) / 2;
  return [{ ...place, type, mask: values.map((value) => (value > half ? 1 : 0)) }];
}

/** Pixels of one frame; of one bit each, the first is the lowest bit of the first byte (PS3.5 8.2). */
function frameValues(own: Segmentation, frame: number): Uint8Array {
  const size = own.Rows * own.Columns;
  if (own.BitsAllocated === 8) return own.PixelData.subarray(frame * size, (frame + 1) * size);
  return Uint8Array.from({ length: size }, (_, i) => {
    const bit = frame * size + i;
    return (own.PixelData[bit >> 3] >> (bit & 7)) & 1;
  });
}
