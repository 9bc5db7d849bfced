import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { FIELD } from '../../src/nifti/header.ts';
import type { NiftiAffine } from '../../src/nifti/nifti-image.ts';
import { decodeNifti, readNifti } from '../../src/nifti/read-nifti.ts';
import { taskLabelsOf } from '../../src/nifti/task-labels.ts';
import { encodeNifti, writeNifti, type NiftiContent } from '../../src/nifti/write-nifti.ts';
import { failure } from '../support/failure.ts';

const AFFINE: NiftiAffine = [
  [-1.5, 0, 0.25, 90],
  [0, 1.25, 0, -120],
  [0, 0, 8, 33],
];

const small = (): NiftiContent => ({
  values: Int16Array.of(1, -2, 3, 4, 5, 600),
  shape: [1, 1, 2, 3],
  spacingMm: [1.5, 1.25, 8],
  affine: AFFINE,
});

/** The small file with some bytes of its header changed. */
function changed(change: (view: DataView) => void): Uint8Array {
  const bytes = encodeNifti(small());
  change(new DataView(bytes.buffer));
  return bytes;
}

const messageOf = (bytes: Uint8Array): string => {
  try {
    decodeNifti(bytes, 'a.nii');
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'no error';
};

describe('NIfTI-1', () => {
  it('reads back what it writes, for every type, shape and packing', () => {
    const arrays = [Uint8Array, Int16Array, Uint16Array, Int32Array, Float32Array, Float64Array];
    fc.assert(
      fc.property(
        fc.constantFrom(...arrays),
        fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 4 }))),
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 0, max: 127 })),
        (type, shape, isPacked, stream) => {
          const count = shape.reduce((a, b) => a * b, 1);
          const values = type.from([...stream.take(count)]);
          const content = { ...small(), values, shape: shape as [number, number, number, number] };
          const bytes = encodeNifti(content);
          const image = decodeNifti(isPacked ? gzipSync(bytes) : bytes, 'a.nii');
          expect([...image.values]).to.deep.equal([...values]);
          expect(image.shape).to.deep.equal(shape);
          expect(image.affine).to.deep.equal(AFFINE);
          expect(image.spacingMm).to.deep.equal([1.5, 1.25, 8]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('writes what another reader understands, x fastest', async () => {
    // It can only be imported, and mocha requires the tests.
    const { readHeader, readImage } = await import('nifti-reader-js');
    const folder = mkdtempSync(join(tmpdir(), 'cinemyops-nifti-'));
    try {
      const path = join(folder, 'a.nii');
      await writeNifti(path, { ...small(), shape: [2, 1, 1, 3] });
      const file = await readFile(path);
      const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
      const header = readHeader(buffer);
      expect(header).to.not.equal(null);
      expect(header.dims.slice(0, 5)).to.deep.equal([4, 3, 1, 1, 2]);
      expect(header.pixDims.slice(1, 4)).to.deep.equal([1.5, 1.25, 8]);
      expect(header.affine.slice(0, 3)).to.deep.equal(AFFINE);
      const pixels = new Int16Array(readImage(header, buffer));
      expect([...pixels]).to.deep.equal([1, -2, 3, 4, 5, 600]);
      await writeNifti(`${path}.gz`, small());
      expect((await readFile(`${path}.gz`))[0]).to.equal(0x1f);
      expect([...(await readNifti(`${path}.gz`)).values]).to.deep.equal([1, -2, 3, 4, 5, 600]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('applies slope and intercept, and nothing when the slope is 0', () => {
    const scaled = changed((view) => {
      view.setFloat32(FIELD.sclSlope, 2, true);
      view.setFloat32(FIELD.sclInter, 10, true);
    });
    expect([...decodeNifti(scaled, 'a').values]).to.deep.equal([12, 6, 16, 18, 20, 1210]);
    const unscaled = changed((view) => {
      view.setFloat32(FIELD.sclSlope, 0, true);
      view.setFloat32(FIELD.sclInter, 10, true);
    });
    expect(decodeNifti(unscaled, 'a').values[0]).to.equal(1);
  });

  it('reads the qform where there is no sform: a quarter turn about z, z mirrored', () => {
    const bytes = changed((view) => {
      view.setInt16(FIELD.sformCode, 0, true);
      view.setInt16(FIELD.qformCode, 1, true);
      view.setFloat32(FIELD.pixdim, -1, true);
      view.setFloat32(FIELD.quaternion + 8, Math.SQRT1_2, true);
      view.setFloat32(FIELD.qoffset, 7, true);
    });
    const flat = decodeNifti(bytes, 'a').affine.flat();
    const expected = [0, -1.25, 0, 7, 1.5, 0, 0, 0, 0, 0, -8, 0];
    // The quaternion is kept in single precision.
    flat.forEach((value, i) => {
      expect(value).to.be.closeTo(expected[i], 1e-6);
    });
  });

  it('reads big-endian files', () => {
    const little = encodeNifti(small());
    const big = Uint8Array.from(little);
    const swap = (at: number, bytes: number) => big.subarray(at, at + bytes).reverse();
    swap(0, 4);
    for (let at = 40; at < 76; at += 2) swap(at, 2);
    for (let at = 76; at < 120; at += 4) swap(at, 4);
    for (const at of [252, 254]) swap(at, 2);
    for (let at = 256; at < 328; at += 4) swap(at, 4);
    for (let at = 352; at < big.length; at += 2) swap(at, 2);
    expect(decodeNifti(big, 'a')).to.deep.equal(decodeNifti(little, 'a'));
  });

  it('says what is wrong with a file', () => {
    const whole = encodeNifti(small());
    expect(messageOf(whole.subarray(0, whole.length - 1))).to.match(/expected 364 bytes, got 363/);
    expect(messageOf(whole.subarray(0, 100))).to.match(/348 bytes, got 100/);
    expect(messageOf(gzipSync(whole).subarray(0, 60))).to.match(/a whole gzip file/);
    expect(messageOf(new Uint8Array(400))).to.match(/another kind of file/);
    const int16 = (at: number, value: number) =>
      messageOf(
        changed((view) => {
          view.setInt16(at, value, true);
        }),
      );
    expect(
      messageOf(
        changed((v) => {
          v.setInt32(0, 540, true);
        }),
      ),
    ).to.match(/NIfTI-2/);
    expect(
      messageOf(
        changed((v) => {
          v.setUint8(345, 0x69);
        }),
      ),
    ).to.match(/hdr and .img/);
    expect(
      messageOf(
        changed((v) => {
          v.setUint8(FIELD.units, 1);
        }),
      ),
    ).to.match(/millimetres/);
    expect(int16(FIELD.datatype, 128)).to.match(/type code 128/);
    expect(int16(FIELD.bitpix, 8)).to.match(/expected 16 bits for int16, got 8/);
    expect(int16(FIELD.dim, 0)).to.match(/1 to 7 dimensions, got 0/);
    expect(int16(FIELD.dim + 2, -3)).to.match(/each of 1 or more/);
    const float = (at: number, value: number) =>
      messageOf(
        changed((view) => {
          view.setFloat32(at, value, true);
        }),
      );
    expect(float(FIELD.pixdim + 4, 0)).to.match(/spacing above 0/);
    expect(float(FIELD.srow, Number.NaN)).to.match(/finite affine/);
    expect(float(FIELD.voxOffset, 12)).to.match(/voxels after the header/);
    expect(float(FIELD.sclSlope, Infinity)).to.match(/finite slope/);
    const broken = encodeNifti({ ...small(), values: Float32Array.of(1, 2, 3, 4, 5, Number.NaN) });
    expect(messageOf(broken)).to.match(/NaN at voxel 5/);
  });

  it('refuses a size that no memory holds before it asks for the memory', () => {
    const bytes = changed((view) => {
      [4, 32767, 32767, 32767, 32767].forEach((n, i) => {
        view.setInt16(FIELD.dim + 2 * i, n, true);
      });
    });
    expect(messageOf(bytes)).to.match(/at most 536870912 voxels/);
  });

  it('does not find a file that is not there', async () => {
    const error = await failure(readNifti('/nowhere/a.nii.gz'), 'not-found');
    expect(error.message).to.not.contain('/nowhere');
  });

  it('maps the values of the challenges to those of training, and refuses others', () => {
    const values = Int16Array.of(0, 200, 500, 600, 1220, 2221);
    const image = decodeNifti(encodeNifti({ ...small(), values }), 'a');
    expect([...taskLabelsOf(image, 'a')]).to.deep.equal([0, 1, 2, 3, 4, 5]);
    expect(() => taskLabelsOf(decodeNifti(encodeNifti(small()), 'a'), 'a')).to.throw(/got -2/);
  });
});
