import { expect } from 'chai';
import { findEndPhases } from '../../src/infer/end-phases.ts';
import { createRandom } from '../../src/random.ts';

describe('end phases', () => {
  it('finds end diastole and end systole, also across the end of the cycle', () => {
    const volumes = Array.from(
      { length: 20 },
      (_, t) => 100 + 50 * Math.cos((2 * Math.PI * (t - 19)) / 20),
    );
    expect(findEndPhases(volumes, 1)).to.deep.equal({ endDiastole: 19, endSystole: 9 });
  });

  it('takes the end of ejection for end systole, not the last of a flat bottom', () => {
    const volumes = [150, 149, 140, 118, 92, 71, 62, 60, 60, 60, 59.5, 60, 68, 90, 118, 135, 146];
    expect(findEndPhases(volumes, 1)).to.deep.equal({ endDiastole: 0, endSystole: 7 });
    expect(findEndPhases(volumes, 0.9)).to.deep.equal({ endDiastole: 0, endSystole: 7 });
  });

  it('is not misled by one noisy phase', () => {
    const volumes = [100, 99, 90, 70, 60, 55, 60, 75, 88, 97];
    volumes[7] = 104;
    expect(findEndPhases(volumes, 1)).to.deep.equal({ endDiastole: 0, endSystole: 5 });
  });

  it('does not take the last phase for a neighbour of the first where the cycle is open', () => {
    const volumes = [100, 99, 97, 85, 70, 58, 66];
    expect(findEndPhases(volumes, 0.6)).to.deep.equal({ endDiastole: 0, endSystole: 5 });
    expect(findEndPhases(volumes, 1).endDiastole).to.equal(1);
  });

  it('takes end diastole before end systole where the cycle is open', () => {
    const volumes = [90, 92, 80, 60, 50, 70, 95, 97];
    expect(findEndPhases(volumes, 0.8)).to.deep.equal({ endDiastole: 0, endSystole: 4 });
    expect(findEndPhases(volumes, 1).endDiastole).to.equal(7);
    // Nothing contracts after the first phase: the fullest of all.
    expect(findEndPhases([50, 60, 70, 80], 0.8)).to.deep.equal({ endDiastole: 3, endSystole: 0 });
  });

  it('works with one phase', () => {
    expect(findEndPhases([5], 1)).to.deep.equal({ endDiastole: 0, endSystole: 0 });
  });

  it('prefers the phase at the R wave to one long before it that is hardly fuller', () => {
    const volumes = [
      100, 97, 90, 80, 70, 62, 60, 61, 66, 74, 82, 88, 91, 93, 95, 97, 99, 103, 102, 101,
    ];
    expect(findEndPhases(volumes, 1).endDiastole).to.equal(18);
    // Much fuller: it is the fullest, whatever the R wave.
    volumes[16] = volumes[17] = 120;
    expect(findEndPhases(volumes, 1).endDiastole).to.equal(17);
  });

  it('loses little where a clean scan begins elsewhere than at the R wave', () => {
    const beat = (t: number) => 80 + 20 * Math.cos((2 * Math.PI * t) / 24);
    for (let start = 0; start < 24; start++) {
      const volumes = Array.from({ length: 24 }, (_, t) => beat(t + start));
      const { endDiastole, endSystole } = findEndPhases(volumes, 1);
      expect(beat(endDiastole + start), `from ${start}`).to.be.at.least(100 - 0.15 * 40);
      expect(beat(endSystole + start)).to.be.at.most(60 + 0.05 * 40);
    }
  });

  it('takes the first phase that noise does not tell from the least for end systole', () => {
    const quiet = Array.from({ length: 60 }, (_, t) => 80 + 20 * Math.cos((2 * Math.PI * t) / 60));
    const noisy = (deviation: number, seed: number): number[] => {
      const random = createRandom(`noise ${seed}`);
      return quiet.map((v) => v + deviation * random.normal());
    };
    const seeds = Array.from({ length: 40 }, (_, seed) => seed);
    const meanSystole = (deviation: number) =>
      seeds.reduce((sum, seed) => sum + findEndPhases(noisy(deviation, seed), 1).endSystole, 0) /
      seeds.length;
    // A hundredth of the stroke volume is reached 1.9 phases before the least, a twentieth 4.3.
    expect(findEndPhases(quiet, 1).endSystole).to.equal(29);
    // Two standard deviations of 0.3 are 1.5 % of the stroke volume, of 0.6 3 %; smoothing takes some of it away.
    expect(meanSystole(0.3)).to.be.within(27.8, 28.5);
    expect(meanSystole(0.6)).to.be.within(26.9, 27.6);
    // Noise of any size is not taken for more than a twentieth.
    expect(meanSystole(3)).to.be.at.least(25.5);
  });
});
