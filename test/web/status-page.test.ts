import { expect } from 'chai';
import { statusPage } from '../../src/web/status-page.ts';
import { examStatusWith, findingsWith, measurementsWith } from '../support/exam-status-fixture.ts';

describe('statusPage', () => {
  it('says what to do when there is no exam', () => {
    const page = statusPage([], '1.2.3');
    expect(page).to.contain('No exam yet');
    expect(page).to.contain('Version 1.2.3');
    expect(page).to.contain('Research use only');
  });

  it('shows state, findings and remarks of an exam', () => {
    const findings = findingsWith({
      completeness: { verdict: 'partial', notes: ['Slice 3 lacks phase 7.'] },
      notes: ['Base not covered.'],
    });
    const page = statusPage([examStatusWith({ attempts: 2, findings })], '0.1.0');
    for (const text of [
      'abcdef012345',
      '2026-01-02 03:04 UTC',
      'in the PACS',
      '(attempt 2)',
      '50 %',
      '9 slices, 25 phases, model 1.0.0.',
      'Exam partial.',
      'Slice 3 lacks phase 7.',
      'Base not covered.',
    ])
      expect(page).to.contain(text);
  });

  it('gives the reason where a value cannot be had', () => {
    const measurements = measurementsWith({
      lvEf: { value: null, unit: '%', reason: 'no end systole' },
    });
    const page = statusPage([examStatusWith({ findings: findingsWith({ measurements }) })], '0');
    expect(page).to.contain('title="no end systole"');
  });

  it('escapes what it is given', () => {
    const reason = '<img src=x onerror=alert(1)>';
    const page = statusPage([examStatusWith({ work: 'failed', reason })], '0');
    expect(page).to.not.contain('<img');
    expect(page).to.contain('&lt;img src=x onerror=alert(1)&gt;');
  });

  it('shows the latest change first, and says when it does not show all', () => {
    const exams = Array.from({ length: 201 }, (_, i) =>
      examStatusWith({ id: `exam${i}`, changedAt: new Date(i * 60_000).toISOString() }),
    );
    const page = statusPage(exams, '0');
    expect(page.indexOf('>exam200<')).to.be.lessThan(page.indexOf('>exam199<'));
    expect(page).to.not.contain('>exam0<');
    expect(page).to.contain('201 exams, the latest 200 shown');
  });
});
