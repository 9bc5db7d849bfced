// Every code against a second copy of PS3.16.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  DESCRIPTION_CODES,
  QUANTITY_CODES,
  REPORT_CODES,
  STRUCTURE_CODES,
  UNIT_CODES,
  type Code,
} from '../src/codes.ts';
import { missingTool, PYTHON } from './support/dicom-tools.ts';

interface Known {
  readonly meanings: readonly string[];
  readonly contextGroups: readonly number[];
}

const CODES: readonly Code[] = [
  DESCRIPTION_CODES,
  STRUCTURE_CODES,
  REPORT_CODES,
  QUANTITY_CODES,
  UNIT_CODES,
].flatMap((table) => Object.values<Code>(table));

/** pydicom has no meaning for these; PS3.16 or the scheme itself does. */
const NOT_IN_PYDICOM = new Set([
  'RFC5646 en-US',
  'UMLS C0034375',
  'UCUM mL',
  'UCUM g',
  '99CMPS INJURY',
  '99CMPS SHARE-LV-MASS',
]);

/** pydicom gives SNOMED's fully specified name alone. */
const FULLY_SPECIFIED: Partial<Record<string, string>> = {
  'SCT 272518008': 'Cardiovascular cycle point (qualifier value)',
};

const keyOf = ({ scheme, value }: Code): string => `${scheme} ${value}`;

function askPydicom(): Map<string, Known> {
  const script = fileURLToPath(new URL('support/code_meanings.py', import.meta.url));
  const input = CODES.map(keyOf).join('\n');
  const answer = execFileSync(PYTHON, [script], { input, encoding: 'utf8' });
  return new Map(Object.entries(JSON.parse(answer) as Record<string, Known>));
}

describe('codes', () => {
  it('are unique, and fit the attributes that hold them', () => {
    expect(new Set(CODES.map(keyOf)).size).to.equal(CODES.length);
    for (const { value, scheme, meaning } of CODES) {
      expect(value.length).to.be.within(1, 16); // SH
      expect(scheme.length).to.be.within(1, 16); // SH
      expect(meaning.length).to.be.within(1, 64); // LO
    }
  });

  it('use no scheme that is retired', () => {
    const schemes = new Set(CODES.map(({ scheme }) => scheme));
    expect([...schemes].toSorted()).to.deep.equal(
      ['99CMPS', 'DCM', 'LN', 'RFC5646', 'SCT', 'UCUM', 'UMLS'].toSorted(),
    );
  });

  describe('in the second copy', () => {
    let known: Map<string, Known>;

    before(function () {
      const wanted = missingTool('pydicom');
      if (wanted !== undefined) {
        console.log(`skipped: install ${wanted}`);
        this.skip();
      }
      known = askPydicom();
    });

    it('are all there but the ones listed', () => {
      const unknown = CODES.map(keyOf).filter((key) => !known.has(key));
      expect(unknown.toSorted()).to.deep.equal([...NOT_IN_PYDICOM].toSorted());
    });

    for (const code of CODES.filter((candidate) => !NOT_IN_PYDICOM.has(keyOf(candidate))))
      it(`mean what they say: ${keyOf(code)} ${code.meaning}`, () => {
        const { meanings, contextGroups } = known.get(keyOf(code))!;
        expect(meanings).to.include(FULLY_SPECIFIED[keyOf(code)] ?? code.meaning);
        if (code.contextGroup !== undefined) expect(contextGroups).to.include(code.contextGroup);
      });
  });
});
