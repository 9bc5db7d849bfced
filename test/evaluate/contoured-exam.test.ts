import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readInput } from '../../src/commands/read-input.ts';
import { readFrames, type FramesRead } from '../../src/dicom/read-frames.ts';
import { contourTruth, contourVolumes, placeContours } from '../../src/evaluate/contoured-exam.ts';
import { listSunnybrook } from '../../src/evaluate/evaluate-sunnybrook.ts';
import { readImages } from '../../src/evaluate/read-images.ts';
import { readContours, type DrawnContour } from '../../src/contours/sunnybrook-contours.ts';
import type { CineExam } from '../../src/exam.ts';
import { groupCine } from '../../src/group/group.ts';
import { TASK_LABEL } from '../../src/labels.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { sliceExtentsMm } from '../../src/volume.ts';
import { failure } from '../support/failure.ts';

describe('an exam with contours', function () {
  this.timeout(60_000);
  let folder = '';
  let read: FramesRead;
  let exam: CineExam;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cinemyops-contours-'));
    const images = join(folder, 'images');
    mkdirSync(images);
    const truth = simulateExam(5, { slices: 3, phases: 10, matrix: 64 });
    for (const { name, bytes } of writeSimulatedExam(truth, 'ge'))
      writeFileSync(join(images, name), bytes);
    read = readFrames(await readInput(images));
    exam = await groupCine({ ...read, waitIsOver: true });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** InstanceNumber of the frame at (t, z). */
  function numberAt(t: number, z: number): number {
    const { sopInstanceUid } = exam.sources[t * exam.volume.shape[1] + z];
    const frame = read.frames.find((f) => f.source.sopInstanceUid === sopInstanceUid);
    return frame?.instanceNumber ?? 0;
  }

  /** A square with its first corner on the border of pixel (20, 10): row 20, column 10. */
  function square(
    [t, z]: readonly [number, number],
    border: DrawnContour['border'],
    side: number,
  ): DrawnContour {
    const [left, top] = [9.5, 19.5];
    return {
      instanceNumber: numberAt(t, z),
      border,
      corners: [
        [left, top],
        [left + side, top],
        [left + side, top + side],
        [left, top + side],
      ],
    };
  }

  it('has the volumes worked out by hand, of true slice extents', () => {
    const drawn = placeContours(exam, read.frames, [
      square([3, 0], 'endo', 10),
      square([8, 0], 'endo', 12),
      square([8, 0], 'epi', 16),
      square([8, 1], 'endo', 6),
    ]);
    expect([drawn.endDiastole, drawn.endSystole]).to.deep.equal([8, 3]);
    const { pixelSpacingMm, planes, sliceThicknessMm } = exam.volume;
    const ml = sliceExtentsMm(planes, sliceThicknessMm).map(
      (mm) => (mm * pixelSpacingMm[0] * pixelSpacingMm[1]) / 1000,
    );
    const volumes = contourVolumes(exam, drawn);
    expect(volumes.edvMl).to.be.closeTo(144 * ml[0] + 36 * ml[1], 1e-9);
    expect(volumes.esvMl).to.be.closeTo(100 * ml[0], 1e-9);
    // The wall is that of slice 0; slice 1 has no epicardium.
    expect(volumes.massG).to.be.closeTo(1.05 * (256 - 144) * ml[0], 1e-9);
  });

  it('has labels where the contours lie: blood in wall, and slices that nobody drew', () => {
    const [ed, es] = contourTruth(
      exam,
      placeContours(exam, read.frames, [
        square([3, 0], 'endo', 2),
        square([8, 1], 'endo', 2),
        square([8, 1], 'epi', 3),
      ]),
    );
    const [, , rows, columns] = exam.volume.shape;
    const at = (labels: Uint8Array, z: number, y: number, x: number) =>
      labels[(z * rows + y) * columns + x];
    expect(at(ed.labels, 1, 20, 10)).to.equal(TASK_LABEL.lvBlood);
    expect(at(ed.labels, 1, 21, 11)).to.equal(TASK_LABEL.lvBlood);
    expect(at(ed.labels, 1, 20, 12)).to.equal(TASK_LABEL.myocardium);
    expect(at(ed.labels, 1, 19, 10)).to.equal(TASK_LABEL.background);
    expect(at(ed.labels, 1, 10, 20)).to.equal(TASK_LABEL.background);
    expect(ed.drawn.map(({ slices }) => slices)).to.deep.equal([[1], [1]]);
    expect(es.drawn).to.deep.equal([{ structure: 'LV blood', slices: [0] }]);
  });

  it('takes the larger phase for end diastole when no epicardium was drawn', () => {
    const drawn = placeContours(exam, read.frames, [
      square([2, 0], 'endo', 12),
      square([6, 0], 'endo', 9),
    ]);
    expect([drawn.endDiastole, drawn.endSystole]).to.deep.equal([2, 6]);
    expect(contourVolumes(exam, drawn).massG).to.equal(null);
  });

  it('refuses contours at other than two phases, and of images that are not there', () => {
    const one = [square([2, 0], 'endo', 12)];
    expect(() => placeContours(exam, read.frames, one)).to.throw(/at two phases.*got 1: 3/);
    const stray = { ...one[0], instanceNumber: 4321 };
    expect(() => placeContours(exam, read.frames, [...one, stray])).to.throw(
      /InstanceNumber 4321, got none/,
    );
  });

  it('is found by its name in a table, as an archive, with contours some folders down', async () => {
    const data = join(folder, 'data');
    const drawings = join(data, 'contours', 'SC-HF-I-7', 'IRCCI-expert');
    mkdirSync(drawings, { recursive: true });
    writeFileSync(join(drawings, 'IM-0001-0012-icontour-manual.txt'), '11 21\n13 21\n13 23\n');
    writeFileSync(join(drawings, 'notes.txt'), 'not a contour');
    const missing = await failure(listSunnybrook(data), 'not-found');
    expect(missing.message).to.contain('images of SC-HF-I-7');
    writeFileSync(join(data, 'patients.csv'), 'PatientID,OriginalID\nSCD0000007,SC-HF-I-07\n');
    execFileSync('tar', ['-czf', join(data, 'SCD0000007.tar.gz'), '-C', folder, 'images']);
    const [only] = await listSunnybrook(data);
    const instances = await readImages(only.images, readInput);
    expect(instances.length).to.equal(30);
    expect(await readContours(only.contours)).to.deep.equal([
      {
        instanceNumber: 12,
        border: 'endo',
        corners: [
          [10, 20],
          [12, 20],
          [12, 22],
        ],
      },
    ]);
    writeFileSync(join(data, 'broken.tar.gz'), 'no archive');
    await failure(readImages(join(data, 'broken.tar.gz'), readInput), 'not-dicom');
  });

  it('names nobody: a folder or archive that has not a name of the data set is told by a hash', async () => {
    const data = join(folder, 'named');
    const contours = join(data, 'contours', 'DOE_JANE');
    mkdirSync(contours, { recursive: true });
    const messages = [(await failure(listSunnybrook(data), 'not-found')).message];
    mkdirSync(join(data, 'DOE_JANE'));
    const [only] = await listSunnybrook(data);
    expect(only.id).to.match(/^[0-9a-f]{12}$/);
    expect(only.group).to.equal('contoured');
    messages.push((await failure(readContours(contours), 'not-found')).message);
    const archive = join(data, 'DOE_JANE.tar');
    writeFileSync(archive, 'no archive');
    messages.push((await failure(readImages(archive, readInput), 'not-dicom')).message);
    expect(messages.join()).to.contain(only.id).and.not.contain('DOE');
  });
});
