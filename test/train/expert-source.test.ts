import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFrames } from '../../src/dicom/read-frames.ts';
import type { CineExam } from '../../src/exam.ts';
import { groupCine } from '../../src/group/group.ts';
import { ANATOMY, PATHOLOGY, TASK_LABEL } from '../../src/labels.ts';
import { createRandom } from '../../src/random.ts';
import type { InputInstance } from '../../src/result.ts';
import type { Segmentation } from '../../src/segmentation.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';
import { SOFTWARE } from '../../src/software.ts';
import { openExpertSource } from '../../src/train/expert-source.ts';
import { drawStill } from '../../src/train/sample.ts';
import { annotationAt, isCine } from '../../src/train/source.ts';
import { addScaled } from '../../src/volume.ts';
import { writeResults } from '../../src/write/write.ts';
import type { WriteInput } from '../../src/write/write-input.ts';
import { failure } from '../support/failure.ts';
import { measurementsFixture, segmentationFixture } from '../support/segmentation-fixture.ts';

const SLICER = { name: 'A viewer', version: '5', manufacturer: 'Another maker' };

/** What the labels of a frame must be: lesions over anatomy. */
function taskLabels(segmentation: Segmentation, t: number, z: number): number[] {
  const { anatomy, pathology, endDiastole } = segmentation;
  const [, slices, rows, columns] = anatomy.shape;
  const size = rows * columns;
  return Array.from({ length: size }, (_, i) => {
    const lesion = t === endDiastole ? pathology.labels[z * size + i] : 0;
    if (lesion === PATHOLOGY.scar) return TASK_LABEL.scar;
    if (lesion === PATHOLOGY.edema) return TASK_LABEL.edema;
    const structure = anatomy.labels[(t * slices + z) * size + i];
    if (structure === ANATOMY.myocardium) return TASK_LABEL.myocardium;
    if (structure === ANATOMY.lvBlood) return TASK_LABEL.lvBlood;
    return structure === ANATOMY.rvBlood ? TASK_LABEL.rvBlood : TASK_LABEL.background;
  });
}

describe('exams with segmentations by experts', () => {
  let root = '';
  let exam: CineExam;
  let images: InputInstance[];
  let segmentation: Segmentation;
  before(async () => {
    images = writeSimulatedExam(
      simulateExam(31, { slices: 4, phases: 8, matrix: 48, condition: 'infarct' }),
      'philips',
    );
    exam = await groupCine({ ...readFrames(images), waitIsOver: true });
    segmentation = segmentationFixture(exam);
  });
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'experts-'));
    await mkdir(join(root, 'one'));
    for (const { name, bytes } of images) await writeFile(join(root, 'one', name), bytes);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function addSegmentations(options: Partial<WriteInput>): Promise<void> {
    const objects = writeResults({
      exam,
      segmentation,
      measurements: measurementsFixture(),
      fingerprint: 'a'.repeat(64),
      software: SLICER,
      ...options,
    });
    for (const { kind, bytes } of objects) await writeFile(join(root, 'one', `${kind}.dcm`), bytes);
  }

  for (const segmentationType of ['BINARY', 'LABELMAP'] as const)
    it(`come as they were drawn from ${segmentationType} objects, every slice and phase`, async () => {
      await addSegmentations({ segmentationType });
      const source = await openExpertSource(`dicom:${root}`);
      expect(source.patients.length).to.equal(1);
      const seen = new Set<number>();
      for (let draw = 0; draw < 20; draw++) {
        const slice = await source.draw(source.patients[0], createRandom(`draw ${draw}`));
        const [, slices] = exam.volume.shape;
        const size = slice.shape[1] * slice.shape[2];
        const z = Array.from({ length: slices }, (_, i) => i).find((i) =>
          slice.frames.subarray(0, size).every((v, p) => v === exam.volume.voxels[i * size + p]),
        )!;
        seen.add(z);
        expect(slice.endDiastole).to.equal(segmentation.endDiastole);
        expect(slice.labels.size).to.equal(exam.volume.shape[0]);
        for (const [t, labels] of slice.labels)
          expect([...labels]).to.deep.equal(taskLabels(segmentation, t, z));
        expect(slice.annotation.hasScar && slice.annotation.hasRvBlood).to.equal(true);
        expect(isCine(slice)).to.equal(true);
      }
      expect(seen.size).to.equal(exam.volume.shape[1]);
    });

  it('teach of each phase what was drawn in it', async () => {
    await addSegmentations({});
    const source = await openExpertSource(`dicom:${root}`);
    const slice = await source.draw(source.patients[0], createRandom('draw'));
    const drawnAt = (t: number) => annotationAt(slice, t);
    expect(drawnAt(segmentation.endDiastole)).to.include({ hasMyocardium: true, hasScar: true });
    expect(drawnAt(segmentation.endSystole)).to.include({ hasMyocardium: true, hasScar: false });
    const stills = Array.from({ length: 20 }, (_, i) =>
      drawStill(createRandom(`still ${i}`), slice, { size: 32, isAugmented: false }),
    );
    for (const { labels, annotation } of stills)
      if (labels.includes(TASK_LABEL.scar)) expect(annotation.hasScar).to.equal(true);
    expect(new Set(stills.map(({ annotation }) => annotation.hasScar)).size).to.equal(2);
  });

  it('are refused when they lie elsewhere than the images that they name', async () => {
    const [plane, ...others] = exam.volume.planes;
    const moved = addScaled(plane.imagePositionPatient, [1, 0, 0], 3);
    const [a, b, c, d, e, f] = plane.imageOrientationPatient;
    for (const [wrong, message] of [
      [{ ...plane, imagePositionPatient: moved }, '3.0 mm away'],
      [{ ...plane, imageOrientationPatient: [-a, -b, -c, d, e, f] as const }, 'orientation'],
    ] as const) {
      const volume = { ...exam.volume, planes: [wrong, ...others] };
      await addSegmentations({ exam: { ...exam, volume } });
      const source = await openExpertSource(`dicom:${root}`);
      const refused = await failure(source.draw(source.patients[0], createRandom('draw')), 'geometry-inconsistent'); // prettier-ignore
      expect(refused.message).to.contain(message);
    }
  });

  it('are never those that this program made', async () => {
    await addSegmentations({ software: SOFTWARE });
    const source = await openExpertSource(`dicom:${root}`);
    const draw = source.draw(source.patients[0], createRandom('draw'));
    expect((await failure(draw, 'not-found')).message).to.contain('segmentation');
  });

  it('go by the id of the patient, which stays unknown', async () => {
    await addSegmentations({});
    const [patient] = (await openExpertSource(`dicom:${root}`)).patients;
    expect(patient).to.match(/^[0-9a-f]{12}$/);
    await mkdir(join(root, 'two'));
    for (const { name, bytes } of images) await writeFile(join(root, 'two', name), bytes);
    expect((await openExpertSource(`dicom:${root}`)).patients).to.deep.equal([patient]);
  });
});
