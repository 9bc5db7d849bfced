import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readFrames } from '../../src/dicom/read-frames.ts';
import { contourTruth, contourVolumes, placeContours } from '../../src/evaluate/contoured-exam.ts';
import { readContours, parseContour } from '../../src/contours/sunnybrook-contours.ts';
import { listSunnybrook } from '../../src/evaluate/evaluate-sunnybrook.ts';
import { readImages } from '../../src/evaluate/read-images.ts';
import { scorePhase } from '../../src/evaluate/score-phase.ts';
import { groupCine } from '../../src/group/group.ts';
import { TASK_LABEL } from '../../src/labels.ts';
import { voxelVolumesMl } from '../../src/volume.ts';
import { failure } from '../support/failure.ts';
import { readInput } from '../../src/commands/read-input.ts';
import { hasSharedData } from '../support/shared-data.ts';

const SUNNYBROOK = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/data/sunnybrook');

describe('Sunnybrook contours', () => {
  it('are 1-based, column before row', () => {
    expect(parseContour('1.00 1.00\n10.5 2\r\n\n3 4.25', 'a.txt')).to.deep.equal([
      [0, 0],
      [9.5, 1],
      [2, 3.25],
    ]);
  });

  it('are refused when a line is no point, with its number', () => {
    expect(() => parseContour('1 1\n2\n3 3', 'a.txt')).to.throw(/a.txt: .* line 2/);
    expect(() => parseContour('1 1\n2 b\n3 3', 'a.txt')).to.throw(/line 2/);
    expect(() => parseContour('1 1\n2 2', 'a.txt')).to.throw(/3 points or more, got 2/);
  });

  it('are asked for by name where there are none', async () => {
    await failure(readContours(import.meta.dirname), 'not-found');
    const error = await failure(listSunnybrook(import.meta.dirname), 'not-found');
    expect(error.message).to.contain('contours');
  });
});

describe('Sunnybrook contours on their exams', function () {
  this.timeout(240_000);

  before(function () {
    // Real exams lie beside the checkout, not in it.
    if (!hasSharedData) this.skip();
  });

  const table = () =>
    readFileSync(join(SUNNYBROOK, 'contour_volumes.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));

  it('give the volumes, phases and masses of contour_volumes.csv, from archives', async () => {
    const cases = await listSunnybrook(SUNNYBROOK);
    expect(cases.map(({ id }) => id)).to.deep.equal(['SC-HF-I-1', 'SC-HF-I-2', 'SC-HF-I-4']);
    for (const { id, contours, images } of cases) {
      const row = table().find((cells) => cells[1] === id) ?? [];
      const [edPhase, esPhase] = [Number(row[4]), Number(row[5])];
      const [edvMl, esvMl, efPercent, massG] = row.slice(11).map(Number);
      const read = readFrames(await readImages(images, readInput));
      const exam = await groupCine({ ...read, waitIsOver: true });
      const drawn = placeContours(exam, read.frames, await readContours(contours));
      expect([drawn.endDiastole + 1, drawn.endSystole + 1]).to.deep.equal([edPhase, esPhase]);
      const volumes = contourVolumes(exam, drawn);
      // The table is rounded to 0.1 mL, 0.1 % and 1 g.
      expect(volumes.edvMl).to.be.closeTo(edvMl, 0.051);
      expect(volumes.esvMl).to.be.closeTo(esvMl, 0.051);
      expect(volumes.efPercent).to.be.closeTo(efPercent, 0.051);
      expect(volumes.massG).to.be.closeTo(massG, 0.51);

      const [ed, es] = contourTruth(exam, drawn);
      expect(ed.drawn.map(({ structure }) => structure)).to.deep.equal([
        'LV blood',
        'LV myocardium',
      ]);
      expect(es.drawn[0].slices.length).to.equal(Number(row[8]));
      // Corners lie on half pixels, so many border pixels are covered by exactly half, and count.
      const voxelMl = voxelVolumesMl(exam.volume);
      const blood = ed.labels.filter((label) => label === TASK_LABEL.lvBlood).length;
      expect(blood * voxelMl[0]).to.be.closeTo(edvMl, 0.015 * edvMl);
      // Truth against itself: labels 0 to 2 are the same numbers in both orders.
      for (const score of scorePhase(exam.volume, ed, { anatomy: ed.labels })) {
        expect(score.dice).to.equal(1);
        expect(score.volumeDistance?.hausdorffMm).to.equal(0);
        expect(score.truthMl).to.equal(score.predictedMl);
      }
    }
  });

  it('are refused on an exam that they were not drawn on', async () => {
    const [first, second] = await listSunnybrook(SUNNYBROOK);
    const read = readFrames(await readImages(second.images, readInput));
    const exam = await groupCine({ ...read, waitIsOver: true });
    const contours = await readContours(first.contours);
    expect(() =>
      placeContours(exam, read.frames, [
        ...contours,
        { instanceNumber: 9999, border: 'endo', corners: contours[0].corners },
      ]),
    ).to.throw(/an image with InstanceNumber 9999, got none/);
  });
});
