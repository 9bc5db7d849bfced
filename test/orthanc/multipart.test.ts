import { expect } from 'chai';
import fc from 'fast-check';
import { NodeError } from '../../src/errors.ts';
import { boundaryOf, readMultipart } from '../../src/orthanc/multipart.ts';

const BOUNDARY = 'b0undary';

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
}

function encode(parts: readonly Uint8Array[], preamble = ''): Buffer {
  const pieces = parts.flatMap((part) => [
    Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`),
    part,
  ]);
  return Buffer.concat([Buffer.from(preamble), ...pieces, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

async function decode(bytes: Uint8Array, sizes: readonly number[]): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const part of readMultipart(inPieces(bytes, sizes), BOUNDARY)) parts.push(part);
  return parts;
}

describe('multipart', () => {
  it('gives every part back whatever the bytes and however they are cut', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(bytes, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
        async (parts, sizes) => {
          const decoded = await decode(encode(parts), sizes);
          expect(decoded.map((p) => [...p])).to.deep.equal(parts.map((p) => [...p]));
        },
      ),
    );
  });

  it('is not misled by what looks like the beginning of a boundary', async () => {
    const part = Buffer.from('\r\n--b0und\r\n\r\n--\r\n--b0undar');
    expect(await decode(encode([part]), [1])).to.deep.equal([part]);
  });

  it('takes a first boundary without a line break, and text before it', async () => {
    const whole = encode([Buffer.from('x')]);
    expect(await decode(whole.subarray(2), [7])).to.have.lengthOf(1);
    expect(await decode(encode([Buffer.from('x')], 'preamble'), [7])).to.have.lengthOf(1);
  });

  it('refuses a stream that was cut off, wherever it was cut', async () => {
    const whole = encode([Buffer.from('one'), Buffer.from('two')]);
    const end = whole.lastIndexOf('--\r\n');
    for (let length = 0; length <= end; length++) {
      const error = await decode(whole.subarray(0, length), [5]).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error, `cut after ${length} bytes`).to.be.instanceOf(NodeError);
      expect((error as NodeError).code).to.equal('orthanc-answer');
    }
  });

  it('bounds the headers of a part', async () => {
    const endless = Buffer.from(`--${BOUNDARY}\r\nX: ${'y'.repeat(100_000)}`);
    const error = await decode(endless, [1000]).catch((thrown: unknown) => thrown);
    expect((error as NodeError).message).to.contain('too long');
  });

  it('finds the boundary in a Content-Type, quoted or not', () => {
    expect(boundaryOf('multipart/related; type="application/dicom"; boundary=abc')).to.equal('abc');
    expect(boundaryOf('Multipart/related;boundary="a b";type=x')).to.equal('a b');
    expect(boundaryOf('application/json')).to.equal(undefined);
    expect(boundaryOf(null)).to.equal(undefined);
  });
});
