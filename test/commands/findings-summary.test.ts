import { expect } from 'chai';
import { summaryOf } from '../../src/commands/findings-summary.ts';
import type { Measured } from '../../src/findings.ts';
import { findingsWith, measurementsWith } from '../support/exam-status-fixture.ts';

const none = (reason: string): Measured => ({ value: null, unit: 'mL', reason });

const FINDINGS = findingsWith({
  warnings: ['mind this'],
  notes: ['a note'],
  measurements: measurementsWith({
    lvEsv: none('no wall'),
    lvEf: none('no wall'),
    rvEf: none('no blood'),
  }),
});

describe('findings on a terminal', () => {
  it('say a number or why there is none, and a reason once', () => {
    const lines = summaryOf(FINDINGS).split('\n');
    expect(lines[0]).to.contain('9 slices x 25 phases');
    expect(lines.slice(1, 7).map((line) => line.replace(/ +/g, ' '))).to.deep.equal([
      ' LV EDV 120.0 mL',
      ' LV ESV not measured: no wall',
      ' LV EF not measured: as above',
      ' LV mass 110.0 g',
      ' RV EDV 130.0 mL',
      ' RV EF not measured: no blood',
    ]);
    expect(lines).to.include.members(['  note: a note', '  WARNING: mind this']);
  });
});
