// A case in the authors' layout -> one volume.
import { basename } from 'node:path';
import { USUAL_SLICE_STEP_MM, type Volume4D } from '../volume.ts';
import type { CaseFiles } from './authors-layout.ts';
import { invalid } from './header.ts';
import type { NiftiGeometry, NiftiImage } from './nifti-image.ts';
import { readNifti } from './read-nifti.ts';

/** Slices of cine lie so far apart, mm; single slices often carry 1, 0 or 999 in place of it. */
const PLAUSIBLE_STEP_MM = [3, 25] as const;

export interface CaseVolume {
  /**
   * Voxels `[T, Z, Y, X]`. The planes are those of the array, not of the patient: rows along x,
   * slices one spacing apart, since the layout's single slices seldom keep their place; a usual distance where the files
   * give none that slices of cine have.
   */
  readonly volume: Volume4D;
  /** `[Z]`: where the files say that each slice lies, for what is written beside it. */
  readonly geometry: readonly NiftiGeometry[];
}

/**
 * Reads all frames of a case.
 *
 * @throws {NodeError} `nifti-invalid` when a file is no single slice or differs from the others in size
 */
export async function readCase({ slices }: CaseFiles): Promise<CaseVolume> {
  const first = await readFrame(slices[0].frames[0]);
  const [, , rows, columns] = first.shape;
  const sizeT = slices[0].frames.length;
  const voxels = new Float32Array(sizeT * slices.length * rows * columns);
  const geometry: NiftiGeometry[] = [];
  for (const [z, { frames }] of slices.entries())
    for (const [t, path] of frames.entries()) {
      const frame = await readFrame(path);
      assertAlike(frame, first, basename(path));
      voxels.set(frame.values, (t * slices.length + z) * rows * columns);
      if (t === 0) geometry.push({ spacingMm: frame.spacingMm, affine: frame.affine });
    }
  const [columnMm, rowMm, givenMm] = first.spacingMm;
  const [least, most] = PLAUSIBLE_STEP_MM;
  const sliceMm = givenMm >= least && givenMm <= most ? givenMm : USUAL_SLICE_STEP_MM;
  return {
    volume: {
      voxels,
      shape: [sizeT, slices.length, rows, columns],
      planes: slices.map((_, z) => ({
        imagePositionPatient: [0, 0, z * sliceMm],
        imageOrientationPatient: [1, 0, 0, 0, 1, 0],
      })),
      pixelSpacingMm: [rowMm, columnMm],
      sliceThicknessMm: sliceMm,
      triggerTimesMs: new Float64Array(sizeT * slices.length).fill(Number.NaN),
    },
    geometry,
  };
}

async function readFrame(path: string): Promise<NiftiImage> {
  const image = await readNifti(path);
  if (image.shape[0] === 1 && image.shape[1] === 1) return image;
  const got = image.shape.toReversed().join(' x ');
  throw invalid(basename(path), 'one slice at one time, x * y * 1', got);
}

function assertAlike(frame: NiftiImage, first: NiftiImage, name: string): void {
  const sizeOf = ({ shape, spacingMm }: NiftiImage): string =>
    `${shape[3]} x ${shape[2]} pixels of ${spacingMm[0].toFixed(3)} x ${spacingMm[1].toFixed(3)} mm`;
  if (sizeOf(frame) === sizeOf(first)) return;
  throw invalid(name, `${sizeOf(first)} as in the case's first frame`, sizeOf(frame));
}
