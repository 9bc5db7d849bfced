import { expect } from 'chai';
import { z } from 'zod';
import { quoted, schemaProblems } from '../src/quoted.ts';

describe('quoted', () => {
  it('keeps plain names and escapes what could rewrite a terminal or a sentence', () => {
    expect(quoted('encoder.Conv1.weight')).to.equal('"encoder.Conv1.weight"');
    expect(quoted('a"\n\x1b[2J\x9b\u202eé')).to.equal('"a\\"\\n\\u001b[2J\\u009b\\u202e\\u00e9"');
  });

  it('shortens a long name', () => {
    expect(quoted('x'.repeat(10_000))).to.equal(`"${'x'.repeat(117)}..."`);
  });
});

describe('schemaProblems', () => {
  it('tells the first few on one line, each with its path', () => {
    const schema = z.object({ a: z.array(z.number()) });
    const { error } = schema.safeParse({ a: ['x', 1, 'y', ...Array<string>(9).fill('z')] });
    expect(schemaProblems(error!)).to.match(/^a\.0: [^;]+; a\.2: [^;]+; .*; and 6 more$/);
  });
});
