import { expect } from 'chai';
import { quoted } from '../src/quoted.ts';

describe('quoted', () => {
  it('keeps plain names and escapes what could rewrite a terminal or a sentence', () => {
    expect(quoted('encoder.Conv1.weight')).to.equal('"encoder.Conv1.weight"');
    expect(quoted('a"\n\x1b[2J\x9b\u202eé')).to.equal('"a\\"\\n\\u001b[2J\\u009b\\u202e\\u00e9"');
  });

  it('shortens a long name', () => {
    expect(quoted('x'.repeat(10_000))).to.equal(`"${'x'.repeat(117)}..."`);
  });
});
