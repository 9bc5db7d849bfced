import { expect } from 'chai';
import { coverageOfExam } from '../../src/cycle-coverage.ts';
import { findEndPhases, shownFrames } from '../../src/infer/cycle.ts';

describe('cardiac cycle', () => {
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

  it('shows the 25-frame cycle from end diastole as the network was trained', () => {
    const shown = shownFrames(17, 25, { endDiastole: 3, coverage: 1, cycleFraction: 0.64 });
    expect(shown.map((b) => Math.round(b.before + b.weight))).to.deep.equal(
      Array.from({ length: 17 }, (_, k) => 3 + k),
    );
  });

  it('interpolates between neighbours and goes round the cycle', () => {
    const shown = shownFrames(17, 20, { endDiastole: 18, coverage: 1, cycleFraction: 0.64 });
    expect(shown[0]).to.deep.equal({ before: 18, after: 19, weight: 0 });
    expect(shown[3].before).to.equal(0);
    expect(shown[3].weight).to.be.closeTo(0.4, 1e-9); // 18 + 3 * 0.8 = 20.4
  });

  it('neither goes round nor stretches a cycle that was only partly scanned', () => {
    const shown = shownFrames(17, 16, { endDiastole: 0, coverage: 0.6, cycleFraction: 0.64 });
    expect(shown[8].before + shown[8].weight).to.be.closeTo((0.32 * 16) / 0.6, 1e-9);
    expect(shown[16]).to.deep.equal({ before: 15, after: 15, weight: 0 });
  });

  it('measures coverage from trigger times and R-R intervals, and believes 1 without them', () => {
    const times = Float64Array.from({ length: 20 }, (_, i) => Math.floor(i / 2) * 50);
    expect(coverageOfExam(times, [1000, 1000])).to.be.closeTo(0.5, 1e-9);
    expect(coverageOfExam(times, [Number.NaN, Number.NaN])).to.equal(1);
  });

  it('works with one phase and one frame', () => {
    expect(findEndPhases([5], 1)).to.deep.equal({ endDiastole: 0, endSystole: 0 });
    expect(shownFrames(1, 1, { endDiastole: 0, coverage: 1, cycleFraction: 0.64 })).to.deep.equal([
      { before: 0, after: 0, weight: 0 },
    ]);
  });
});
