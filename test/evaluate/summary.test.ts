import { expect } from 'chai';
import {
  phaseDistance,
  type CaseResult,
  type EvaluatedCase,
} from '../../src/evaluate/case-result.ts';
import { parseSpec } from '../../src/evaluate/spec.ts';
import { summarise } from '../../src/evaluate/summary.ts';
import { caseText, summaryText } from '../../src/evaluate/evaluation-text.ts';
import { seenSeeds } from '../../src/evaluate/trained-seeds.ts';

function caseOf(id: string, group: string, dice: number | null): EvaluatedCase {
  return {
    id,
    spec: 'simulate:seeds=1-3',
    group,
    outcome: 'evaluated',
    phasesFound: { count: 20, endDiastole: 20, endSystole: 8 },
    phasesTrue: { count: 20, endDiastole: 1, endSystole: 8 },
    scores: [
      {
        structure: 'LV blood',
        phase: 'ED',
        slices: 9,
        truthMl: 150,
        predictedMl: 140,
        dice,
        volumeDistance: { hausdorffMm: 8, hausdorff95Mm: 4 },
        sliceDistance: null,
        withinMyocardium: null,
      },
    ],
    compared: [
      { name: 'LV EF', unit: '%', truth: 60, predicted: dice === null ? null : 60 + 10 * dice },
    ],
    found: [],
    motion: null,
    notes: [],
  };
}

const FAILED: CaseResult = {
  id: 'd',
  spec: 's',
  group: 'any',
  outcome: 'failed',
  reason: 'no heart',
};

describe('summary of an evaluation', () => {
  const results = [caseOf('a', 'N', 0.9), caseOf('b', 'N', 0.5), caseOf('c', 'HF', null), FAILED];
  const summary = summarise(results);

  it('names the worst case and leaves out what has no figure', () => {
    expect([summary.cases, summary.failed]).to.deep.equal([4, 1]);
    const [lv] = summary.structures;
    expect(lv.dice?.count).to.equal(2);
    expect(lv.dice?.mean).to.be.closeTo(0.7, 1e-12);
    expect(lv.worst).to.deep.equal({ id: 'b', dice: 0.5 });
    expect(lv.hausdorffMm?.count).to.equal(3);
    expect(lv.sliceHausdorffMm).to.equal(null);
  });

  it('counts a number that the model did not find', () => {
    const [ef] = summary.numbers;
    expect(ef.agreement?.bias).to.be.closeTo(7, 1e-12);
    expect(ef.missing).to.equal(1);
    expect(summaryText(summary)).to.contain('1 not found');
  });

  it('tells groups apart', () => {
    expect(summary.groups.map((g) => [g.group, g.dice.count])).to.deep.equal([['N', 2]]);
    expect(summarise(results.slice(0, 2)).groups).to.deep.equal([]);
  });

  it('measures phases round the cycle', () => {
    expect(phaseDistance(20, 1, 20)).to.equal(1);
    expect(phaseDistance(3, 8, 20)).to.equal(5);
    expect(summary.phaseErrors?.endDiastole.mean).to.equal(1);
    expect(summary.phaseErrors?.endSystole.mean).to.equal(0);
  });

  it('is printed without holes', () => {
    const text = [...results.map(caseText), summaryText(summary)].join('');
    expect(text).to.contain('d  FAILED: no heart');
    expect(text).to.contain('ED phase 20 for 1, ES phase 8 for 8 of 20');
    expect(text).to.not.match(/NaN|undefined|Infinity/);
    expect(summaryText(summarise([]))).to.contain('0 cases');
  });
});

describe('data to evaluate on', () => {
  it('is named by a SPEC', () => {
    expect(parseSpec('simulate:seeds=9000-9009,condition=healthy')).to.deep.equal({
      kind: 'simulate',
      spec: 'simulate:seeds=9000-9009,condition=healthy',
      firstSeed: 9000,
      lastSeed: 9009,
      condition: 'healthy',
      scan: {},
    });
    const small = parseSpec('simulate:seeds=7,slices=4,matrix=96');
    expect(small.kind === 'simulate' && small.scan).to.deep.equal({ slices: 4, matrix: 96 });
    expect(parseSpec('simulate:seeds=7')).to.include({ firstSeed: 7, lastSeed: 7 });
    expect(parseSpec('sunnybrook:a:b')).to.include({ kind: 'sunnybrook', folder: 'a:b' });
    expect(parseSpec('layout:x')).to.include({ kind: 'labels', folder: 'x' });
  });

  it('is refused in other forms', () => {
    const wrong = ['', 'x', ':x', 'labels:', 'simulate:', 'simulate:seeds=a', 'mr:x'];
    for (const spec of [...wrong, 'simulate:seeds=1-2,colour=red', 'simulate:seeds=0-10000'])
      expect(() => parseSpec(spec), spec).to.throw(/expected/);
    expect(() => parseSpec('simulate:seeds=1,slices=2')).to.throw(/slices from 3 to 30, got '2'/);
    expect(() => parseSpec('simulate:seeds=1,condition=ill')).to.throw(/healthy.*got 'ill'/);
    expect(parseSpec('simulate:seeds=7,style=free')).to.include({ style: 'free' });
    expect(() => parseSpec('simulate:seeds=1,style=loud')).to.throw(/prior.*got 'loud'/);
  });

  it('is checked against the seeds that the model was trained on', () => {
    const specs = [parseSpec('simulate:seeds=98-102'), parseSpec('labels:x')];
    expect(seenSeeds(specs, ['simulate:seeds=1-99', 'layout:y'])).to.deep.equal([98, 99]);
    expect(seenSeeds(specs, ['simulate:seeds=9000-9999'])).to.deep.equal([]);
  });
});
