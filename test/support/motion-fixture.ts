// A heart that does not move.
import type { MotionField } from '../../src/motion-field.ts';

/** No displacement anywhere, in a region of 16 pixels around each slice's first pixel. */
export function stillMotion(slices: number): MotionField {
  const size = 16;
  return {
    displacementMm: new Float32Array(slices * 2 * 2 * size * size),
    frames: 2,
    phases: [0, 1],
    size,
    pixelMm: 1,
    centres: Array.from({ length: slices }, () => [0, 0] as const),
  };
}
