import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { TASK_LABEL } from '../../src/labels.ts';
import { scaledAxes } from '../../src/nifti/nifti-image.ts';
import { writeNifti } from '../../src/nifti/write-nifti.ts';
import { createRandom } from '../../src/random.ts';
import { openSources } from '../../src/train/open-sources.ts';
import { isCine, type TrainingSource } from '../../src/train/source.ts';
import { failure } from '../support/failure.ts';

type Spacing = readonly [number, number, number];

/** Columns 1.5 mm apart, rows 2 mm, slices 10 mm. */
const SPACING: Spacing = [1.5, 2, 10];

async function nifti(
  path: string,
  shape: readonly [number, number, number, number],
  valueAt: (i: number) => number,
): Promise<void> {
  const count = shape.reduce((product, size) => product * size, 1);
  await writeNifti(path, {
    values: Float32Array.from({ length: count }, (_, i) => valueAt(i)),
    shape,
    spacingMm: SPACING,
    affine: scaledAxes(SPACING),
  });
}

async function png(path: string, grey: (y: number, x: number) => number): Promise<void> {
  const image = new PNG({ width: 4, height: 3 });
  for (let y = 0; y < 3; y++)
    for (let x = 0; x < 4; x++) {
      image.data.fill(grey(y, x), 4 * (y * 4 + x), 4 * (y * 4 + x) + 3);
      image.data[4 * (y * 4 + x) + 3] = 255;
    }
  await writeFile(path, PNG.sync.write(image));
}

describe('training sources', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sources-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const random = createRandom('sources');

  it("reads the authors' layout: frames in order, rows and columns as they are, labels as the task has them", async () => {
    await mkdir(join(root, 'imagesTr'));
    await mkdir(join(root, 'labelsTr'));
    for (let t = 0; t < 7; t++)
      await nifti(
        join(root, 'imagesTr', `Case0001_s00_000${t}.nii.gz`),
        [1, 1, 2, 3],
        (i) => 100 * t + i,
      );
    await nifti(join(root, 'labelsTr', 'Case0001_s00.nii.gz'), [1, 1, 2, 3], (i) => i % 6);
    const [source] = await openSources([`layout:${root}`], root);
    expect(source.patients.length).to.equal(1);
    expect(source.patients[0]).to.not.contain('Case');
    const slice = await source.draw(source.patients[0], random);
    expect(slice.shape).to.deep.equal([7, 2, 3]);
    expect(slice.pixelSpacingMm).to.deep.equal([2, 1.5]);
    expect(slice.frames[6 * 6 + 5]).to.equal(605);
    expect([...(slice.labels.get(0) ?? [])]).to.deep.equal([0, 1, 2, 3, 4, 5]);
    expect(slice.cycleShare).to.be.closeTo(7 / 25, 1e-12);
    expect(slice.annotation.hasScar).to.equal(true);
    expect(isCine(slice)).to.equal(true);
  });

  it('names no exam by its file, which may bear a name, when something is wrong with it', async () => {
    await writeFile(join(root, 'DOE_JANE_label.nii'), 'nothing');
    const lone = await failure(openSources([`nifti:${root}`], root), 'not-found');
    await writeFile(join(root, 'DOE_JANE.nii'), 'nothing');
    const [source] = await openSources([`nifti:${root}`], root);
    const broken = await failure(source.draw(source.patients[0], random), 'nifti-invalid');
    for (const { message } of [lone, broken])
      expect(message).to.contain(source.patients[0]).and.not.contain('DOE');
  });

  it('reads a 4D exam with challenge values; what was not drawn is not annotated', async () => {
    await nifti(join(root, 'a.nii.gz'), [8, 2, 2, 2], (i) => i);
    const values = [0, 200, 500, 2221, 0, 200, 500, 200];
    await nifti(join(root, 'a_label.nii.gz'), [1, 2, 2, 2], (i) => values[i]);
    const [source] = await openSources([`nifti:${root}`], root);
    const slices = await Promise.all(
      Array.from({ length: 12 }, (_, k) =>
        source.draw(source.patients[0], createRandom(`draw ${k}`)),
      ),
    );
    for (const { annotation, shape, frames } of slices) {
      expect(shape).to.deep.equal([8, 2, 2]);
      expect(annotation.hasScar).to.equal(true);
      expect(annotation.hasEdema).to.equal(false);
      expect(annotation.hasRvBlood).to.equal(false);
      // One slice of every phase: neighbours in time are a whole volume of 8 voxels apart.
      expect(frames[4] - frames[0]).to.equal(8);
    }
    expect(new Set(slices.map(({ frames }) => frames[0]))).to.deep.equal(new Set([0, 4]));
  });

  it('reads stills with the LV drawn in; they show no motion', async () => {
    for (const folder of ['images', 'labels_endo'])
      await mkdir(join(root, 'SC-X-1', folder), { recursive: true });
    await png(join(root, 'SC-X-1', 'images', '1.png'), (y, x) => 10 * y + x);
    await png(join(root, 'SC-X-1', 'labels_endo', '1.png'), (y, x) =>
      y === 1 && x === 2 ? 255 : 0,
    );
    const [source] = await openSources([`sunnybrook-png:${root}`], root);
    const slice = await source.draw(source.patients[0], random);
    expect(slice.shape).to.deep.equal([1, 3, 4]);
    expect(slice.frames[6]).to.equal(12);
    expect(slice.labels.get(0)?.indexOf(2)).to.equal(6);
    expect(slice.annotation.hasLvBlood).to.equal(true);
    expect(slice.annotation.hasMyocardium).to.equal(false);
    expect(isCine(slice)).to.equal(false);
  });

  it('reads the epicardium of stills where it was drawn, of the patients of whom it was drawn', async () => {
    for (const patient of ['SC-X-1', 'SC-X-2'])
      for (const folder of ['images', 'labels_endo']) {
        await mkdir(join(root, 'stills', patient, folder), { recursive: true });
        for (const name of ['IM-0001-0007.png', 'IM-0001-0018.png'])
          await png(join(root, 'stills', patient, folder, name), (y, x) =>
            y === 1 && x === 2 ? 255 : 0,
          );
      }
    await mkdir(join(root, 'contours', 'SC-X-2'), { recursive: true });
    // Rows 0 and 1 of columns 1 to 3, in the format's 1-based corners.
    await writeFile(
      join(root, 'contours', 'SC-X-2', 'IM-0001-0018-ocontour-manual.txt'),
      '1.5 0.5\n4.5 0.5\n4.5 2.5\n1.5 2.5\n',
    );
    const [source] = await openSources(
      [`sunnybrook-png:${join(root, 'stills')},contours=${join(root, 'contours')}`],
      root,
    );
    expect(source.patients).to.have.lengthOf(1);
    const drawn = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        source.draw(source.patients[0], createRandom(`still ${i}`)),
      ),
    );
    const outer = drawn.find(({ annotation }) => annotation.hasMyocardium);
    expect([...(outer?.labels.get(0) ?? [])]).to.deep.equal([0, 1, 1, 1, 0, 1, 2, 1, 0, 0, 0, 0]);
    const inner = drawn.find(({ annotation }) => !annotation.hasMyocardium);
    expect([...(inner?.labels.get(0) ?? [])]).to.deep.equal([0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0]);
  });

  it('says what a SPEC may be', async () => {
    await failure(openSources(['dicom'], root), 'usage');
    expect((await failure(openSources(['pictures:x'], root), 'usage')).message).to.contain(
      'simulate:',
    );
    await failure(openSources(['simulate:seeds=5-2'], root), 'usage');
    await failure(openSources(['simulate:seeds=1-2,style=loud'], root), 'usage');
    await failure(openSources(['simulate:seeds=1-2,condition=tired'], root), 'usage');
    await failure(openSources(['simulate:seeds=1-9000'], root), 'usage');
    await failure(openSources([`sunnybrook-png:${root}`], root), 'usage');
  });

  it('renders a simulated slice once, and gives the same from disk', async () => {
    const draw = async () => {
      const [source] = await openSources(['simulate:seeds=7-7'], root);
      return source.draw('simulated-7', createRandom('slice'));
    };
    const [first, second] = [await draw(), await draw()];
    expect(second).to.deep.equal(first);
    expect(first.labels.size).to.equal(first.shape[0]);
  });

  it('draws simulated patients of one condition, who are other patients', async () => {
    const seeds = 'simulate:seeds=7-7';
    const [any, healthy, infarct] = await openSources(
      [seeds, `${seeds},condition=healthy`, `${seeds},condition=infarct,style=free`],
      root,
    );
    const hasScar = async (source: TrainingSource): Promise<boolean> => {
      const slices = Array.from({ length: 8 }, (_, i) =>
        source.draw(source.patients[0], createRandom(`slice ${i}`)),
      );
      return (await Promise.all(slices)).some(
        ({ labels }) => labels.get(0)?.includes(TASK_LABEL.scar) === true,
      );
    };
    expect(new Set([any, healthy, infarct].map(({ patients }) => patients[0])).size).to.equal(3);
    expect(await hasScar(healthy)).to.equal(false);
    expect(await hasScar(infarct)).to.equal(true);
  });
});
