// MR frames of a made-up short-axis cine; each test changes what it is about.
import type { MrFrame } from '../../src/mr-frame.ts';
import { addScaled, planeNormal, type ImageOrientationPatient } from '../../src/volume.ts';

/** Oblique as a short axis is: its normal points from apex to base. */
export const SHORT_AXIS: ImageOrientationPatient = normalised(
  [0.7, 0.7, -0.05],
  [-0.35, 0.28, -0.9],
);

export interface FrameOptions {
  readonly t: number;
  readonly z: number;
  readonly phases: number;
  readonly series?: string;
  readonly stepMm?: number;
  readonly overrides?: Partial<MrFrame>;
}

/** One frame; its pixels all hold `100 z + t`. */
export function frameFixture(options: FrameOptions): MrFrame {
  const { t, z, phases, series = '1', stepMm = 10, overrides = {} } = options;
  const [rows, columns] = [6, 4];
  const rrMs = 800;
  return {
    source: {
      sopClassUid: '1.2.840.10008.5.1.4.1.1.4',
      sopInstanceUid: `1.2.3.${series}.${z + 1}.${t + 1}`,
      seriesInstanceUid: `1.2.3.${series}`,
    },
    studyInstanceUid: '1.2.3',
    patientKey: 'patient',
    frameOfReferenceUid: '1.2.3.99',
    seriesNumber: series,
    acquisitionNumber: 1,
    instanceNumber: z * phases + t + 1,
    imageType: ['ORIGINAL', 'PRIMARY', 'M'],
    description: 'cine sax',
    isPhaseContrast: false,
    rows,
    columns,
    pixelSpacingMm: [1.5, 1.25],
    sliceThicknessMm: 8,
    imagePositionPatient: addScaled([10, -20, 30], planeNormal(SHORT_AXIS), z * stepMm),
    imageOrientationPatient: SHORT_AXIS,
    times: { TriggerTime: (t * rrMs) / phases, InstanceNumber: z * phases + t + 1 },
    nominalIntervalMs: rrMs,
    cardiacNumberOfImages: undefined,
    isLossy: false,
    readPixels: () => Promise.resolve(new Float32Array(rows * columns).fill(100 * z + t)),
    readContext: () => ({}),
    ...overrides,
  };
}

/** A whole stack, slice by slice. */
export function stackFixture(
  slices: number,
  phases: number,
  change: (options: FrameOptions) => Partial<FrameOptions> = () => ({}),
): MrFrame[] {
  return Array.from({ length: slices * phases }, (_, i) => {
    const options = { z: Math.floor(i / phases), t: i % phases, phases };
    return frameFixture({ ...options, ...change(options) });
  });
}

function normalised(
  row: readonly [number, number, number],
  column: readonly [number, number, number],
): ImageOrientationPatient {
  const unit = (v: readonly number[]) => v.map((c) => c / Math.hypot(...v));
  const r = unit(row);
  const along = column.reduce((sum, c, i) => sum + c * r[i], 0);
  const c = unit(column.map((v, i) => v - along * r[i]));
  return [r[0], r[1], r[2], c[0], c[1], c[2]];
}
