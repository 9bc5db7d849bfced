// How the network saw the heart move.

/**
 * Displacement of every pixel of the region from end diastole to each frame that the network was
 * shown, within the slice: through-plane motion is not seen.
 */
export interface MotionField {
  /** `[Z, F, 2, S, S]`, mm: first along y (growing row index), then along x. */
  readonly displacementMm: Float32Array;
  /** F, frames shown, end diastole first. */
  readonly frames: number;
  /** `[F]`: native phase of each frame, fractional, growing: one cycle on it is T more. */
  readonly phases: readonly number[];
  /** S: pixels on a side of the region. */
  readonly size: number;
  readonly pixelMm: number;
  /** `[Z]`: native indices `[y, x]` of the region's centre, fractional. */
  readonly centres: readonly (readonly [y: number, x: number])[];
}

/** One frame of one slice, `[2, S, S]`, not copied. */
export function displacementOf(field: MotionField, z: number, frame: number): Float32Array {
  const size = 2 * field.size * field.size;
  const start = (z * field.frames + frame) * size;
  return field.displacementMm.subarray(start, start + size);
}
