import { expect } from 'chai';
import { changedPlan, DEFAULT_PLAN, parsePlan, totalSteps } from '../../src/train/plan.ts';
import { learningRateAt } from '../../src/train/schedule.ts';
import { failure } from '../support/failure.ts';

const PLAN = parsePlan({
  ...DEFAULT_PLAN,
  version: 'a',
  data: ['simulate:seeds=1-2'],
  epochs: 10,
  stepsPerEpoch: 100,
});

describe('a run of another length', () => {
  it('follows the new length from where it stands, and says what was before', () => {
    const shorter = changedPlan(PLAN, { epochs: 6 }, 400);
    expect(totalSteps(shorter)).to.equal(600);
    expect(shorter.earlierEpochs).to.deep.equal([{ untilStep: 400, epochs: 10 }]);
    expect(learningRateAt(shorter, 599)).to.be.below(learningRateAt(PLAN, 599));
    const longer = changedPlan(shorter, { epochs: 20 }, 500);
    expect(longer.earlierEpochs).to.have.length(2);
    expect(changedPlan(PLAN, { epochs: 10 }, 400)).to.deep.equal(PLAN);
    expect(changedPlan(PLAN, { patience: 99 }, 400)).to.deep.equal({ ...PLAN, patience: 99 });
    expect(changedPlan(PLAN, { keeps: 'last' }, 400)).to.deep.equal({ ...PLAN, keeps: 'last' });
  });

  it('mixes in the weights that it began with only where those were of a model', async () => {
    const child = { ...PLAN, startedFrom: '2.25.1' };
    expect(changedPlan(child, { fromShare: 0.5 }, 400).fromShare).to.equal(0.5);
    await failure(
      Promise.resolve().then(() => changedPlan(PLAN, { fromShare: 0.5 }, 400)),
      'usage',
    );
  });

  it('cannot end before it stands', async () => {
    const { message } = await failure(
      Promise.resolve().then(() => changedPlan(PLAN, { epochs: 4 }, 400)),
      'usage',
    );
    expect(message).to.contain('--epochs 5 or more');
    await failure(
      Promise.resolve().then(() => changedPlan(PLAN, { epochs: 7.5 }, 400)),
      'usage',
    );
  });
});
