import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PNG } from 'pngjs';
import { DEFAULT_MODEL, MODELS_DIR, openNetwork } from '../../src/commands/open-network.ts';
import { evaluateStills, listStillsCases } from '../../src/evaluate/evaluate-stills.ts';
import type { Network } from '../../src/infer/infer.ts';
import { TASK_LABEL } from '../../src/labels.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';

function greyPng(values: ArrayLike<number>, [rows, columns]: readonly [number, number]): Buffer {
  const png = new PNG({ width: columns, height: rows });
  for (let i = 0; i < rows * columns; i++)
    png.data.set([values[i], values[i], values[i], 255], 4 * i);
  return PNG.sync.write(png);
}

/** The outline of a convex shape in the contour format: the pixel farthest out in each of 90 directions, 1-based. */
function outline(isInside: (i: number) => boolean, [rows, columns]: readonly [number, number]) {
  const inside = Array.from({ length: rows * columns }, (_, i) => i).filter(isInside);
  const points = inside.map((i) => ({ x: i % columns, y: Math.floor(i / columns) }));
  const mean = (key: 'x' | 'y'): number => points.reduce((s, p) => s + p[key], 0) / points.length;
  const [x0, y0] = [mean('x'), mean('y')];
  return Array.from({ length: 90 }, (_, k) => {
    const [dx, dy] = [Math.cos((k * Math.PI) / 45), Math.sin((k * Math.PI) / 45)];
    const reach = Math.max(...points.map((p) => (p.x - x0) * dx + (p.y - y0) * dy));
    return `${x0 + reach * dx + 1} ${y0 + reach * dy + 1}`;
  }).join('\n');
}

/** The two middle slices of a simulated heart at end diastole, of pixels as large as the data set's. */
async function writePatient(folder: string, contours: string): Promise<void> {
  const { volume, labels, endDiastole } = simulateExam(12, {
    slices: 6,
    phases: 10,
    matrix: 224,
    style: 'prior',
    condition: 'healthy',
  });
  const [, slices, rows, columns] = volume.shape;
  const size = rows * columns;
  await mkdir(join(folder, 'images'), { recursive: true });
  await mkdir(join(folder, 'labels_endo'));
  for (const z of [2, 3]) {
    const start = (endDiastole * slices + z) * size;
    const frame = volume.voxels.subarray(start, start + size);
    const top = Math.max(...frame);
    const grey = frame.map((v) => Math.round((255 * v) / top));
    const drawn = labels.labels
      .subarray(start, start + size)
      .map((label) => (label === TASK_LABEL.lvBlood ? 255 : 0));
    await writeFile(join(folder, 'images', `${z}.png`), greyPng(grey, [rows, columns]));
    await writeFile(join(folder, 'labels_endo', `${z}.png`), greyPng(drawn, [rows, columns]));
    if (z === 3) {
      const isLv = (i: number): boolean => ![0, TASK_LABEL.rvBlood].includes(labels.labels[start + i]); // prettier-ignore
      await writeFile(
        join(contours, 'IM-0001-0003-ocontour-manual.txt'),
        outline(isLv, [rows, columns]),
      );
    }
  }
}

describe('evaluation on stills', function () {
  this.timeout(60_000);
  let root = '';
  let network: Network;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'cinemyops-test-stills-'));
    const contours = join(root, 'contours', 'SC-HF-NI-03');
    await mkdir(contours, { recursive: true });
    await writePatient(join(root, 'stills', 'SC-HF-NI-03'), contours);
    await writePatient(join(root, 'stills', 'Somebody'), contours);
    network = await openNetwork({ version: DEFAULT_MODEL, dir: MODELS_DIR, device: 'cpu' }, {
      env: {},
      stdout: () => undefined,
      stderr: () => undefined,
    } as never);
  });
  after(async () => {
    await network.session.release();
    await rm(root, { recursive: true, force: true });
  });

  it('names the groups of the data set, and nobody else', async () => {
    const cases = await listStillsCases(join(root, 'stills'));
    expect(cases.map(({ group }) => group)).to.deep.equal(['HF-NI', 'stills']);
    expect(cases[0].id).to.equal('SC-HF-NI-03');
    expect(cases[1].id).to.match(/^[0-9a-f]{12}$/);
  });

  it('compares LV blood over all images of a patient', async () => {
    const [own] = await listStillsCases(join(root, 'stills'));
    const { result, pictures } = await evaluateStills('sunnybrook-png:DIR', own, {
      network,
      progress: () => undefined,
    });
    if (result.outcome !== 'evaluated') throw new Error(result.reason);
    const [score] = result.scores;
    expect(score.structure).to.equal('LV blood');
    expect(score.slices).to.equal(2);
    expect(score.dice).to.be.above(0.6);
    expect(pictures).to.have.lengthOf(1);
  });

  it('compares myocardium where the epicardium was drawn, of the patients of whom it was', async () => {
    const cases = await listStillsCases(
      `${join(root, 'stills')},contours=${join(root, 'contours')}`,
    );
    expect(cases.map(({ id }) => id)).to.deep.equal(['SC-HF-NI-03']);
    const { result } = await evaluateStills('sunnybrook-png:DIR', cases[0], {
      network,
      progress: () => undefined,
    });
    if (result.outcome !== 'evaluated') throw new Error(result.reason);
    const [blood, wall] = result.scores;
    expect([blood.slices, wall.structure, wall.slices]).to.deep.equal([2, 'LV myocardium', 1]);
    expect(wall.dice).to.be.above(0.6);
  });
});
