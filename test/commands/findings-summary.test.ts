import { expect } from 'chai';
import { summaryOf } from '../../src/commands/findings-summary.ts';
import type { Findings, Measured } from '../../src/findings.ts';
import { measurementsFixture } from '../support/segmentation-fixture.ts';

const none = (reason: string): Measured => ({ value: null, unit: 'mL', reason });

const FINDINGS: Findings = {
  schema: 'cinemyops-findings-1',
  studyInstanceUid: '1.2.3',
  software: { name: 'test', version: '1' },
  model: { version: 'test', deviceUid: '2.25.1', isTrained: true },
  warnings: ['mind this'],
  completeness: { verdict: 'complete', notes: [] },
  decisions: [],
  slices: 10,
  phases: 25,
  timeKey: 'TriggerTime',
  endDiastolePhase: 1,
  endSystolePhase: 10,
  measurements: measurementsFixture({
    lvEsv: none('no wall'),
    lvEf: none('no wall'),
    rvEf: none('no blood'),
  }),
  notes: ['a note'],
};

describe('findings on a terminal', () => {
  it('say a number or why there is none, and a reason once', () => {
    const lines = summaryOf(FINDINGS).split('\n');
    expect(lines[0]).to.contain('10 slices x 25 phases');
    expect(lines.slice(1, 7).map((line) => line.replace(/ +/g, ' '))).to.deep.equal([
      ' LV EDV 140.3 mL',
      ' LV ESV not measured: no wall',
      ' LV EF not measured: as above',
      ' LV mass 105.1 g',
      ' RV EDV 130.0 mL',
      ' RV EF not measured: no blood',
    ]);
    expect(lines).to.include.members(['  note: a note', '  WARNING: mind this']);
  });
});
