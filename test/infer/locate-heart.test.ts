import { join } from 'node:path';
import { expect } from 'chai';
import { DEFAULT_MODEL, MODELS_DIR } from '../../src/commands/open-network.ts';
import { locateHeart } from '../../src/infer/locate-heart.ts';
import { openModel } from '../../src/network/model/open-model.ts';
import type { CineMyopsSession } from '../../src/network/session.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import type { Volume4D } from '../../src/volume.ts';

const { volume, labels } = simulateExam(61, { slices: 4, phases: 6, matrix: 96, style: 'prior' });
const [, slices, rows, columns] = volume.shape;

function distanceMm(a: readonly [number, number], b: readonly [number, number]): number {
  const [rowMm, columnMm] = volume.pixelSpacingMm;
  return Math.hypot((a[0] - b[0]) * rowMm, (a[1] - b[1]) * columnMm);
}

/** Middle of all that is labelled, over phases and slices. */
function trueMiddle(): readonly [number, number] {
  let [count, sumY, sumX] = [0, 0, 0];
  labels.labels.forEach((label, i) => {
    if (label === 0) return;
    count++;
    sumY += Math.floor(i / columns) % rows;
    sumX += i % columns;
  });
  return [sumY / count, sumX / count];
}

/** The same scan, each slice cut out so many columns farther to the right; what was not scanned is dark. */
function cutFarther(shifts: readonly number[]): Volume4D {
  const dark = volume.voxels.reduce((a, b) => Math.min(a, b));
  const voxels = volume.voxels.map((_, i) => {
    const x = (i % columns) + shifts[Math.floor(i / (rows * columns)) % slices];
    return x < 0 || x >= columns ? dark : volume.voxels[i - (i % columns) + x];
  });
  const planes = volume.planes.map((plane, z) => {
    const mm = shifts[z] * volume.pixelSpacingMm[1];
    const [x, y, w] = plane.imagePositionPatient;
    const [ux, uy, uz] = plane.imageOrientationPatient;
    return { ...plane, imagePositionPatient: [x + mm * ux, y + mm * uy, w + mm * uz] as const };
  });
  return { ...volume, voxels, planes };
}

describe('where the heart is', function () {
  this.timeout(60_000);
  let session: CineMyopsSession;
  before(async () => {
    ({ session } = await openModel(join(MODELS_DIR, DEFAULT_MODEL), { device: 'cpu' }));
  });
  after(async () => {
    await session.release();
  });

  it('is the middle of both ventricles', async () => {
    const found = await locateHeart(volume, session);
    expect(distanceMm(found, trueMiddle())).to.be.lessThan(8);
  });

  it('is looked for in the patient, not in the pixels', async () => {
    const found = await locateHeart(volume, session);
    // The centre is one of the middle slice.
    const again = await locateHeart(cutFarther([-12, 10, 0, 12]), session);
    expect(distanceMm(found, again)).to.be.lessThan(4);
  });
});
