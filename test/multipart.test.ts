import { expect } from 'chai';
import fc from 'fast-check';
import { NodeError } from '../src/errors.ts';
import { multipartBoundary, readMultipart, type MultipartPart } from '../src/multipart.ts';

const OPTIONS = { boundary: 'b0', keepBytes: 1_000_000, code: 'orthanc-answer' } as const;

async function* chunksOf(body: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (let i = 0; start < body.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield await Promise.resolve(body.subarray(start, start + size));
    start += size;
  }
}

function bodyOf(contents: readonly Uint8Array[]): Buffer {
  const parts = contents.map((content) =>
    Buffer.concat([
      Buffer.from('\r\n--b0\r\nContent-Type: application/dicom\r\n\r\n'),
      Buffer.from(content),
    ]),
  );
  return Buffer.concat([...parts, Buffer.from('\r\n--b0--\r\n')]);
}

async function partsOf(body: Buffer, options = {}, sizes = [7]): Promise<MultipartPart[]> {
  const parts: MultipartPart[] = [];
  const stream = readMultipart(chunksOf(body, sizes), { ...OPTIONS, ...options });
  for await (const part of stream) parts.push(part);
  return parts;
}

async function failureOf(body: Buffer): Promise<unknown> {
  try {
    await partsOf(body);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('readMultipart', () => {
  it('gives back what was sent, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
        async (contents, sizes) => {
          const parts = await partsOf(bodyOf(contents), {}, sizes);
          expect(parts.map((part) => [...part.bytes])).to.deep.equal(contents.map((c) => [...c]));
        },
      ),
    );
  });

  it('is not misled by content that resembles the boundary', async () => {
    const content = Buffer.from('\r\n--b\r\n\r\n--b1\r\n-\r\n--');
    const [part] = await partsOf(bodyOf([content]), {}, [1]);
    expect(Buffer.from(part.bytes).equals(content)).to.equal(true);
  });

  it('reads a body that starts with the boundary itself, and parts without headers', async () => {
    const parts = await partsOf(Buffer.from('--b0\r\n\r\none\r\n--b0\r\n\r\ntwo\r\n--b0--'));
    expect(parts.map((part) => Buffer.from(part.bytes).toString())).to.deep.equal(['one', 'two']);
    expect(parts.map((part) => part.headers.size)).to.deep.equal([0, 0]);
  });

  it('keeps the first bytes of a long part and counts the rest', async () => {
    const [part] = await partsOf(bodyOf([new Uint8Array(5000).fill(7)]), { keepBytes: 100 }, [64]);
    expect(part.bytes.length).to.equal(100);
    expect(part.byteLength).to.equal(5000);
    expect(part.headers.get('content-type')).to.equal('application/dicom');
  });

  it('says that a body ended early, wherever it was cut', async () => {
    const whole = bodyOf([Buffer.from('content')]);
    for (let length = 0; length < whole.length - 4; length++) {
      const error = await failureOf(whole.subarray(0, length));
      expect(error).to.be.instanceOf(NodeError);
      expect((error as NodeError).code).to.equal('orthanc-answer');
    }
  });

  it('refuses headers without end', async () => {
    const error = await failureOf(
      Buffer.concat([Buffer.from('--b0\r\nx: '), Buffer.alloc(40_000, 'y'), bodyOf([])]),
    );
    expect(error).to.be.instanceOf(NodeError);
  });
});

describe('multipartBoundary', () => {
  it('reads quoted and bare boundaries', () => {
    const type = 'multipart/related; type="application/dicom"';
    expect(multipartBoundary(`${type}; boundary=abc-1`)).to.equal('abc-1');
    expect(multipartBoundary(`${type}; boundary="a b;c"`)).to.equal('a b;c');
    expect(multipartBoundary(`Multipart/Related;boundary=x;type=y`)).to.equal('x');
  });

  it("takes Orthanc's boundary whole, which is longer than the standard allows", () => {
    const boundary = 'e5a5642f-451b-418e-98f6-c85b8cf43b02-e5a5642f-451b-418e-98f6-c85b8cf43b02';
    const type = `multipart/related; type="application/dicom"; boundary=${boundary}`;
    expect(multipartBoundary(type)).to.equal(boundary);
  });

  it('knows none in anything else', () => {
    expect(multipartBoundary(undefined)).to.equal(undefined);
    expect(multipartBoundary('application/dicom')).to.equal(undefined);
    expect(multipartBoundary('multipart/related; type="application/dicom"')).to.equal(undefined);
    expect(multipartBoundary('multipart/form-data; boundary=x')).to.equal(undefined);
  });
});
