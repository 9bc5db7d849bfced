import { expect } from 'chai';
import { shownFrames } from '../../src/infer/shown-frames.ts';

describe('shown frames', () => {
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

  it('works with one phase and one frame', () => {
    expect(shownFrames(1, 1, { endDiastole: 0, coverage: 1, cycleFraction: 0.64 })).to.deep.equal([
      { before: 0, after: 0, weight: 0 },
    ]);
  });
});
