// How each maker spreads a cine over series, numbers and times (see docs on grouping).
import type { Random } from '../random.ts';

/** Whose habits the files follow. */
export type Vendor = 'ge' | 'siemens' | 'philips';

export const VENDORS: readonly Vendor[] = ['ge', 'siemens', 'philips'];

/** Where one frame goes. */
export interface FrameNumbers {
  /** 0-based series of the study. */
  readonly series: number;
  /** 1-based, within the series. */
  readonly instanceNumber: number;
  /** Added to the true trigger time, ms. */
  readonly jitterMs: number;
}

/** Values that a maker's scanners give every frame. */
export interface VendorText {
  readonly imageType: readonly string[];
  readonly scanOptions: readonly string[];
  readonly seriesDescription: string;
}

/** Number of slices that one Philips series holds. */
const PHILIPS_SLICES = 3;

export const VENDOR_TEXT: Readonly<Record<Vendor, VendorText>> = {
  ge: {
    imageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
    scanOptions: ['FAST_GEMS', 'SEQ_GEMS', 'CG'],
    seriesDescription: '',
  },
  siemens: {
    imageType: ['ORIGINAL', 'PRIMARY', 'M', 'RETRO', 'NORM', 'DIS2D'],
    scanOptions: ['CG'],
    seriesDescription: 'cine_retro_sax',
  },
  philips: {
    imageType: ['ORIGINAL', 'PRIMARY', 'M_FFE', 'M', 'FFE'],
    scanOptions: ['CG', 'RG'],
    seriesDescription: 'sBTFE_BH SA',
  },
};

function shuffled(random: Random, count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer([0, i]);
    [order[i], order[j]] = [order[j] ?? i, order[i] ?? j];
  }
  return order;
}

/**
 * Numbers of every frame.
 *
 * @returns `[T * Z]`, t-major
 */
export function frameNumbers(
  random: Random,
  vendor: Vendor,
  shape: readonly [t: number, z: number],
): FrameNumbers[] {
  const [phases, slices] = shape;
  const order = Array.from({ length: Math.ceil(slices / PHILIPS_SLICES) }, () =>
    shuffled(random, PHILIPS_SLICES * phases),
  );
  return Array.from({ length: phases * slices }, (_, frame): FrameNumbers => {
    const t = Math.floor(frame / slices);
    const z = frame % slices;
    switch (vendor) {
      case 'ge':
        return { series: 0, instanceNumber: z * phases + t + 1, jitterMs: 0 };
      case 'siemens':
        return { series: z, instanceNumber: t + 1, jitterMs: 0 };
      case 'philips': {
        const series = Math.floor(z / PHILIPS_SLICES);
        const within = (z % PHILIPS_SLICES) * phases + t;
        return {
          series,
          instanceNumber: (order[series]?.[within] ?? within) + 1,
          // Less than half the shortest distance of phases, so that the order stays.
          jitterMs: random.uniform([0, 4]),
        };
      }
    }
  });
}
