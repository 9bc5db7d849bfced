import { expect } from 'chai';
import fc from 'fast-check';
import type { NodeError } from '../../../src/errors.ts';
import { readSafetensors, writeSafetensors } from '../../../src/network/arrays/safetensors.ts';

function file(header: unknown, data: Uint8Array): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes, 'weights.safetensors');
  } catch (error) {
    expect((error as NodeError).code).to.equal('model-invalid');
    return (error as NodeError).message;
  }
  throw new Error('The file was accepted.');
}

const a = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };

describe('safetensors', () => {
  it('reads back what it wrote', () => {
    const tensor = fc.array(fc.nat(3), { maxLength: 4 }).chain((shape) =>
      fc
        .float32Array({
          minLength: shape.reduce((x, y) => x * y, 1),
          maxLength: shape.reduce((x, y) => x * y, 1),
          noNaN: true,
        })
        .map((values) => ({ shape, values })),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z.0-9]{1,9}$/), tensor), (tensors) => {
        const map = new Map(Object.entries(tensors));
        const read = readSafetensors(writeSafetensors(map, { made: 'here' }), 'x');
        expect(read.metadata).to.deep.equal({ made: 'here' });
        expect(read.tensors.size).to.equal(map.size);
        for (const [name, value] of map) expect(read.tensors.get(name)).to.deep.equal(value);
      }),
    );
  });

  it('gives the same bytes whatever the order of the tensors', () => {
    const one = { shape: [1], values: Float32Array.of(1) };
    const two = { shape: [1], values: Float32Array.of(2) };
    const forwards = writeSafetensors(new Map([['a', one], ['b', two]]), {}); // prettier-ignore
    const backwards = writeSafetensors(new Map([['b', two], ['a', one]]), {}); // prettier-ignore
    expect(Buffer.from(forwards).equals(backwards)).to.equal(true);
  });

  it('reads bytes written by hand from the format’s description', () => {
    const bytes = file({ a }, new Uint8Array(Float32Array.of(1.5, -2).buffer));
    expect(readSafetensors(bytes, 'x').tensors.get('a')).to.deep.equal({
      shape: [2],
      values: Float32Array.of(1.5, -2),
    });
  });

  it('refuses headers that do not agree with the bytes', () => {
    const data = new Uint8Array(8);
    expect(refusal(Buffer.from('short'))).to.include('header claims');
    expect(refusal(Buffer.alloc(64, 255))).to.include('header claims');
    expect(refusal(file('{not json', data))).to.include('unreadable header');
    expect(refusal(file({ a: { ...a, dtype: 'F64' } }, data))).to.include('unreadable header');
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`\x1b${i}`, {}]));
    expect(refusal(file(many, data))).to.match(/^[ -~]{50,900}; and \d+ more$/);
    expect(refusal(file(' '.repeat(2_000_000), data))).to.include('header claims 2000000 bytes');
    expect(refusal(file({ a: { ...a, shape: [3] } }, data))).to.include('expected 0 to 12');
    expect(refusal(file({ a: { ...a, data_offsets: [4, 12] } }, data))).to.include('expected 0');
    expect(refusal(file({ a, b: a }, data))).to.include('"b"');
    expect(refusal(file({ a }, new Uint8Array(4)))).to.include('within 4');
    expect(refusal(file({ a }, new Uint8Array(9)))).to.include('1 bytes follow');
    expect(
      refusal(file({ a: { ...a, shape: [2 ** 40], data_offsets: [0, 2 ** 42] } }, data)),
    ).to.include('within 8');
  });
});
