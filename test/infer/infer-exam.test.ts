// A real exam with the model in the box, from files to numbers.
import { expect } from 'chai';
import { DEFAULT_MODEL, MODELS_DIR, openNetwork } from '../../src/commands/open-network.ts';
import { analyse, type Analysed } from '../../src/evaluate/analyse.ts';
import type { Network } from '../../src/infer/infer.ts';
import { ventricleSlices } from '../../src/infer/ventricle-slices.ts';
import { silentProgress } from '../../src/progress.ts';
import { wallContact } from '../../src/wall-contact.ts';
import { hasSharedData, readSharedExam } from '../support/shared-data.ts';

describe('a healthy volunteer', function () {
  this.timeout(180_000);
  let network: Network | undefined;
  let analysed: Analysed;
  before(async function () {
    if (!hasSharedData) this.skip();
    network = await openNetwork(
      { version: DEFAULT_MODEL, dir: MODELS_DIR, device: 'cpu' },
      { stderr: () => undefined },
    );
    const instances = readSharedExam('siemens');
    analysed = await analyse(instances, { network, progress: silentProgress });
  });
  after(async () => {
    await network?.session.release();
  });

  it('has the ejection fraction of the contours that came with the exam, and no scar', () => {
    const { lvEf, scarShare } = analysed.measurements;
    // A network of others found 69; readers of one exam differ by as much as this.
    expect(lvEf.value).to.be.closeTo(69, 6);
    expect(scarShare.value).to.be.lessThan(5);
  });

  it('has a wall around half or more of the blood in the most basal slice of every phase', () => {
    const { exam, segmentation } = analysed;
    const { anatomy } = segmentation;
    const { phaseCount, fromBase, bloodOf } = ventricleSlices(anatomy, exam.volume, 'left');
    for (let t = 0; t < phaseCount; t++) {
      const most = fromBase.find((z) => bloodOf(t, z) > 0);
      expect(most, `phase ${t + 1}`).to.not.equal(undefined);
      if (most === undefined) continue;
      const { border, walled } = wallContact(anatomy, t, most);
      expect(walled / border, `phase ${t + 1}`).to.be.at.least(0.5);
    }
  });

  it('loses slices at the base, and gains none, while the ventricle ejects', () => {
    const { exam, segmentation } = analysed;
    const { anatomy, endDiastole, endSystole } = segmentation;
    const { fromBase, bloodOf } = ventricleSlices(anatomy, exam.volume, 'left');
    const shown = (t: number): number[] => fromBase.filter((z) => bloodOf(t, z) > 0);
    const [diastole, systole] = [shown(endDiastole), shown(endSystole)];
    expect(diastole).to.include.members(systole);
    expect(systole.length).to.be.lessThan(diastole.length);
  });
});
