// Where an exam is segmented: its volume and the region of interest.
import type { Volume4D } from '../volume.ts';
import { nativeGrid, regionAround, type NativeGrid, type Region } from './region.ts';

export interface Place {
  readonly volume: Volume4D;
  readonly grid: NativeGrid;
  readonly region: Region;
}

/**
 * The square around a centre, its side made a multiple of 16 pixels.
 *
 * @param centre - native indices `[y, x]` in the middle slice
 */
export function placeAround(
  volume: Volume4D,
  centre: readonly [y: number, x: number],
  sideMm: number,
  pixelMm: number,
): Place {
  const size = Math.ceil(sideMm / pixelMm / 16) * 16;
  const z = Math.floor(volume.shape[1] / 2);
  return {
    volume,
    grid: nativeGrid(volume, pixelMm),
    region: regionAround(volume, centre, { z, size, pixelMm }),
  };
}
