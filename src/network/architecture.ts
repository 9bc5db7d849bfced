// The sizes that distinguish one CineMyoPS from another; kept in a model's manifest.

/** One width a level, from full resolution (level 1 or stage 0) to the coarsest. */
export type Widths = readonly [number, number, number, number, number];

/** Everything that fixes the shape of every parameter. T, H, W and N are free. */
export interface Architecture {
  /** Channels of the encoder's five levels; both decoders mirror them. */
  readonly encoderWidths: Widths;
  /** Channels of the pathology head's five stages. */
  readonly headWidths: Widths;
  /** The paper's fourth head input, the warped image; the authors' released variant has none. */
  readonly hasTextureChannel: boolean;
}

/** Height and width must be multiples of this: both U-Nets halve four times. */
export const SIZE_MULTIPLE = 16;

export const ANATOMY_CHANNELS = 4;
export const PATHOLOGY_CHANNELS = 5;
/** Displacement along y (rows), then along x (columns). */
export const MOTION_CHANNELS = 2;
/** Resolutions at which the head gives logits: full, half, quarter, eighth. */
export const RESOLUTIONS = 4;

/**
 * Widths that double from a base up to a cap.
 *
 * @param cap - the release caps its head at 320
 */
export function doublingWidths(base: number, cap = Number.POSITIVE_INFINITY): Widths {
  const width = (level: number): number => Math.min(base * 2 ** level, cap);
  return [width(0), width(1), width(2), width(3), width(4)];
}

/** The authors' release: 6,600,446 parameters. */
export const RELEASED_ARCHITECTURE: Architecture = {
  encoderWidths: doublingWidths(8),
  headWidths: doublingWidths(32, 320),
  hasTextureChannel: false,
};

/** Channels that enter the pathology head: displacement y, x, warped myocardium, warped image. */
export function headInputChannels(architecture: Architecture): number {
  return MOTION_CHANNELS + 1 + (architecture.hasTextureChannel ? 1 : 0);
}
