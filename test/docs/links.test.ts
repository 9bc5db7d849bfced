import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DECISIONS = join(ROOT, 'docs/decisions');

function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const inDocs = docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  return ['README.md', 'CONTRIBUTING.md', ...inDocs];
}

/** Targets of the page's links into the repository. */
function localLinks(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)\s#]*)[^)\s]*\)/g)].map((match) => match[1]);
  return targets.filter((target) => target !== '' && !target.startsWith('http'));
}

describe('documentation', () => {
  for (const page of pages())
    it(`${page} links to files that exist`, () => {
      const missing = localLinks(page).filter((t) => !existsSync(join(ROOT, dirname(page), t)));
      expect(missing).to.deep.equal([]);
    });

  it('lists every decision', () => {
    const listed = localLinks('docs/decisions/README.md');
    const written = readdirSync(DECISIONS).filter((name) => /^\d{4}-/.test(name));
    expect(written.filter((name) => !listed.includes(name))).to.deep.equal([]);
    expect(new Set(written.map((name) => name.slice(0, 4))).size).to.equal(written.length);
  });
});
