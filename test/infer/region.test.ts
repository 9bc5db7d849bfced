import { expect } from 'chai';
import fc from 'fast-check';
import { labelsToNative, nativeGrid, regionAround, toRegion } from '../../src/infer/region.ts';
import { patientPosition, type Volume4D } from '../../src/volume.ts';
import { SHORT_AXIS } from '../support/frame-fixture.ts';

function volumeOf(
  rows: number,
  columns: number,
  pixelSpacingMm: readonly [number, number],
): Volume4D {
  // The second plane's first pixel lies aside of the first one's, as after a breath-hold shift.
  return {
    voxels: new Float32Array(2 * rows * columns),
    shape: [1, 2, rows, columns],
    planes: [
      { imagePositionPatient: [3, 4, 5], imageOrientationPatient: SHORT_AXIS },
      { imagePositionPatient: [8, 1, 14], imageOrientationPatient: SHORT_AXIS },
    ],
    pixelSpacingMm,
    sliceThicknessMm: 8,
    triggerTimesMs: new Float64Array(2),
  };
}

/** A smooth blob: its centroid survives any faithful resampling. */
function blob(
  rows: number,
  columns: number,
  at: readonly [number, number],
  width: readonly [number, number],
): Float32Array {
  const frame = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      frame[y * columns + x] = Math.exp(
        -((y - at[0]) ** 2) / (2 * width[0] ** 2) - (x - at[1]) ** 2 / (2 * width[1] ** 2),
      );
    }
  }
  return frame;
}

function centroid(values: ArrayLike<number>, columns: number): [number, number] {
  let [sum, sumY, sumX] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    sumY += values[i] * Math.floor(i / columns);
    sumX += values[i] * (i % columns);
  }
  return [sumY / sum, sumX / sum];
}

describe('region of interest', () => {
  it('brings a shape there and back to where it was, within half a pixel', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.7, max: 2.2, noNaN: true }),
        fc.double({ min: 0.7, max: 2.2, noNaN: true }),
        fc.double({ min: -8, max: 8, noNaN: true }),
        fc.double({ min: -8, max: 8, noNaN: true }),
        (rowMm, columnMm, offsetY, offsetX) => {
          const [rows, columns] = [180, 150];
          const volume = volumeOf(rows, columns, [rowMm, columnMm]);
          const grid = nativeGrid(volume, 1);
          const centre: [number, number] = [90 + offsetY, 75 + offsetX];
          const region = regionAround(volume, centre, { z: 0, size: 96, pixelMm: 1 });
          // A disc of 15 mm radius, in native pixels an ellipse where pixels are not square.
          const at: [number, number] = [centre[0] + 10 / rowMm, centre[1] - 12 / columnMm];
          const soft = blob(rows, columns, at, [9 / rowMm, 9 / columnMm]);
          const there = toRegion(soft, grid, region, 0);
          const [j, i] = centroid(there, 96);
          expect(j).to.be.closeTo(47.5 + 10, 0.5);
          expect(i).to.be.closeTo(47.5 - 12, 0.5);
          const probabilities = new Float32Array(2 * 96 * 96);
          there.forEach((v, k) => {
            probabilities[k] = 1 - v;
            probabilities[96 * 96 + k] = v;
          });
          const back = new Uint8Array(rows * columns);
          labelsToNative(probabilities, 2, { grid, region, z: 0 }, back);
          const expected = soft.map((v) => Number(v > 0.5));
          const [gotY, gotX] = centroid(back, columns);
          const [wantY, wantX] = centroid(expected, columns);
          expect(Math.abs(gotY - wantY)).to.be.lessThan(0.5);
          expect(Math.abs(gotX - wantX)).to.be.lessThan(0.5);
          // Not only the centre: few border pixels may differ.
          const differ = back.reduce((n, v, k) => n + Number(v !== expected[k]), 0);
          const area = expected.reduce((a, b) => a + b, 0);
          expect(differ).to.be.lessThan(0.12 * area + 4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('follows the normal through slices whose first pixels do not lie above each other', () => {
    const volume = volumeOf(100, 80, [1.5, 1.25]);
    const region = regionAround(volume, [40, 30], { z: 0, size: 64, pixelMm: 1 });
    const [first, second] = region.centres.map((c, z) =>
      patientPosition(volume.planes[z], volume.pixelSpacingMm, c[0], c[1]),
    );
    const along = (o: number) =>
      SHORT_AXIS.slice(o, o + 3).reduce((sum, c, k) => sum + c * (second[k] - first[k]), 0);
    expect(along(0)).to.be.closeTo(0, 1e-9);
    expect(along(3)).to.be.closeTo(0, 1e-9);
    expect(region.centres[1][1]).to.not.equal(30);
  });

  it('is padded with the least value, not cut, at the border of the image', () => {
    const volume = volumeOf(40, 40, [1, 1]);
    const frame = new Float32Array(1600).fill(7);
    frame[0] = -3;
    const region = regionAround(volume, [0, 0], { z: 0, size: 32, pixelMm: 1 });
    const sampled = toRegion(frame, nativeGrid(volume, 1), region, 0);
    expect(sampled.length).to.equal(1024);
    expect(sampled[0]).to.equal(-3);
    expect(sampled[31 * 32 + 31]).to.equal(7);
  });

  it('labels nothing outside the region', () => {
    const volume = volumeOf(60, 60, [1, 1]);
    const region = regionAround(volume, [30, 30], { z: 0, size: 16, pixelMm: 1 });
    const probabilities = new Float32Array(2 * 256).fill(1, 256);
    const target = new Uint8Array(3600).fill(9);
    labelsToNative(probabilities, 2, { grid: nativeGrid(volume, 1), region, z: 0 }, target);
    expect(target.reduce((a, b) => a + b, 0)).to.equal(15 * 15);
    expect(target[0]).to.equal(0);
  });

  it('keeps rows rows and columns columns', () => {
    const volume = volumeOf(64, 64, [1, 1]);
    const frame = new Float32Array(4096);
    frame[20 * 64 + 40] = 1; // y = 20, x = 40
    const region = regionAround(volume, [31.5, 31.5], { z: 0, size: 64, pixelMm: 1 });
    const sampled = toRegion(frame, nativeGrid(volume, 1), region, 0);
    expect(sampled.indexOf(1)).to.equal(20 * 64 + 40);
  });
});
