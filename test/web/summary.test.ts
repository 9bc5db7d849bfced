import { expect } from 'chai';
import { measuredText, summarise } from '../../src/web/summary.ts';
import { examStatusWith, findingsWith } from '../support/exam-status-fixture.ts';

describe('measuredText', () => {
  it('gives one decimal below ten and none above, with the unit', () => {
    expect(measuredText({ value: 9.46, unit: '%' })).to.equal('9.5 %');
    expect(measuredText({ value: 120.4, unit: 'mL' })).to.equal('120 mL');
    expect(measuredText({ value: 0, unit: 'g' })).to.equal('0.0 g');
    expect(measuredText({ value: 2, unit: '1' })).to.equal('2.0');
  });

  it('gives a dash where there is no value', () => {
    expect(measuredText({ value: null, unit: '%', reason: 'one phase' })).to.equal('\u2013');
  });
});

describe('summarise', () => {
  it('tells the findings of a finished exam', () => {
    expect(summarise(examStatusWith())).to.equal(
      'LV EF 50 %, scar 9.5 % and edema 12 % of LV mass.',
    );
  });

  it('says that an untrained model gave no result', () => {
    const model = { version: 'untrained', deviceUid: '2.25.2', isTrained: false };
    const exam = examStatusWith({ findings: findingsWith({ model }) });
    expect(summarise(exam)).to.contain('Untrained model: not a result.');
  });

  it('tells the reason before anything else, and nothing while it works', () => {
    expect(summarise(examStatusWith({ work: 'refused', reason: 'One phase.' }))).to.equal(
      'One phase.',
    );
    expect(summarise(examStatusWith({ work: 'running' }))).to.equal('');
  });
});
