import { expect } from 'chai';
import { judgeNetworks, type PatientFigures } from '../../src/train/gate.ts';

/** Patients with the same figures but for a little that is their own. */
function patients(
  truth: PatientFigures['truth'],
  count: number,
  figures: Readonly<Record<string, number>>,
  spread = 0,
): PatientFigures[] {
  return Array.from({ length: count }, (_, i) => ({
    patient: `${truth}-${i}`,
    truth,
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [
        name,
        value + spread * (i % 2 === 0 ? 1 : -1),
      ]),
    ),
  }));
}

describe('the gate for new models', () => {
  it('lets a model pass that is better where experts drew and nowhere worse', () => {
    const before = [
      ...patients('expert', 6, { lv: 0.8 }),
      ...patients('simulated', 6, { lv: 0.8 }),
    ];
    const after = [
      ...patients('expert', 6, { lv: 0.85 }),
      ...patients('simulated', 6, { lv: 0.8 }),
    ];
    const verdict = judgeNetworks(before, after);
    expect(verdict.isBetter).to.equal(true);
    expect(verdict.reason).to.equal('better: expert lv 0.800 to 0.850');
    expect(verdict.comparisons.map(({ outcome }) => outcome)).to.deep.equal(['better', 'same']);
  });

  it('stops one that is better for the experts and worse elsewhere', () => {
    const before = [
      ...patients('expert', 6, { lv: 0.8 }),
      ...patients('simulated', 6, { rv: 0.8 }),
    ];
    const after = [
      ...patients('expert', 6, { lv: 0.9 }),
      ...patients('simulated', 6, { rv: 0.75 }),
    ];
    const verdict = judgeNetworks(before, after);
    expect(verdict.isBetter).to.equal(false);
    expect(verdict.reason).to.equal('worse: simulated rv 0.800 to 0.750');
  });

  it('does not take chance for better', () => {
    const verdict = judgeNetworks(
      patients('expert', 6, { lv: 0.8 }),
      patients('expert', 6, { lv: 0.81 }, 0.05),
    );
    expect(verdict.isBetter).to.equal(false);
    expect(verdict.reason).to.contain('no figure of the experts’ is better');
  });

  it('does not forgive a large loss for being uncertain', () => {
    const verdict = judgeNetworks(
      patients('expert', 4, { lv: 0.8, scar: 0.5 }),
      patients('expert', 4, { lv: 0.9, scar: 0.35 }, 0.2),
    );
    expect(verdict.isBetter).to.equal(false);
    expect(verdict.reason).to.contain('worse: expert scar');
  });

  it('asks more of few patients', () => {
    const judged = (gain: number) =>
      judgeNetworks(patients('expert', 1, { lv: 0.8 }), patients('expert', 1, { lv: 0.8 + gain }));
    expect(judged(0.04).isBetter).to.equal(false);
    expect(judged(0.06).isBetter).to.equal(true);
  });

  it('needs an expert’s contours, and compares the same patients only', () => {
    const simulated = patients('simulated', 4, { lv: 0.8 });
    expect(judgeNetworks(simulated, simulated).reason).to.contain('no held-out patient');
    const [first, ...others] = patients('expert', 4, { lv: 0.8 });
    const verdict = judgeNetworks([first, ...others], others);
    expect(verdict.comparisons[0].patients).to.equal(3);
  });
});
