import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { NodeError } from '../../../src/errors.ts';
import { readFloat32Npy, readNpy, writeNpy } from '../../../src/network/arrays/npy.ts';

function npy(header: string, data: Uint8Array, version = 1): Buffer {
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(header.length, 0, length.length);
  return Buffer.concat([start, length, Buffer.from(header), data]);
}

function refusal(file: Uint8Array): string {
  try {
    readNpy(file, 'cine.npy');
  } catch (error) {
    expect((error as NodeError).code).to.equal('array-invalid');
    return (error as NodeError).message;
  }
  throw new Error('The file was accepted.');
}

describe('npy', () => {
  it('reads back what it wrote, whatever the shape', () => {
    const shapes = fc.array(fc.nat(4), { maxLength: 5 });
    fc.assert(
      fc.property(shapes, (shape) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const values = Float32Array.from({ length: size }, (_, i) => i - 0.5);
        expect(readFloat32Npy(writeNpy({ shape, values }), 'x')).to.deep.equal({ shape, values });
      }),
    );
  });

  it('aligns the numbers to 64 bytes, as the format asks', () => {
    const file = Buffer.from(writeNpy({ shape: [3], values: Float32Array.of(1, 2, 3) }));
    expect((file.length - 12) % 64).to.equal(0);
    expect(file.indexOf('(3,)')).to.be.greaterThan(0);
  });

  it('reads other number types and header versions, converted to float32', () => {
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }\n";
    const data = new Uint8Array(Float64Array.of(0.5, -3).buffer);
    expect(readFloat32Npy(npy(header, data, 2), 'x')).to.deep.equal({
      shape: [2, 1],
      values: Float32Array.of(0.5, -3),
    });
  });

  it('refuses what it cannot read, naming the file and the reason', () => {
    const header = (descr: string, order: string, shape: string): string =>
      `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
    const bytes = new Uint8Array(8);
    expect(refusal(Buffer.from('hello world, hello'))).to.include('not a .npy file');
    expect(refusal(npy(header('|O', 'False', '(2,)'), bytes))).to.include("type '|O'");
    expect(refusal(npy(header('<f4', 'True', '(2,)'), bytes))).to.include('C order');
    expect(refusal(npy(header('<f4', 'False', '(3,)'), bytes))).to.include('needs 12 bytes');
    expect(refusal(npy(header('<f4', 'False', '(1000000, 1000000)'), bytes))).to.include('has 8');
    expect(refusal(npy(header('<f4', 'False', `(${'9'.repeat(300)},)`), bytes))).to.include(
      'impossible shape',
    );
    const good = npy(header('<f4', 'False', '(2,)'), bytes, 2);
    expect(refusal(Buffer.from(good).fill(9, 6, 7))).to.include('version 9');
    expect(refusal(Buffer.from(good).fill(255, 8, 12))).to.include('claims 4294967295 bytes');
    expect(refusal(npy(header('<i8\x1b[2J', 'False', '(1,)'), bytes)))
      .to.include("type '<i8\\u001b[2J'")
      .and.to.include("save x.astype('<f4')");
    expect(refusal(npy('x'.repeat(40), bytes).subarray(0, 30))).to.include('truncated');
  });

  it('is read by NumPy, when Python has it', function () {
    const folder = mkdtempSync(join(tmpdir(), 'npy-'));
    const path = join(folder, 'a.npy');
    writeFileSync(path, writeNpy({ shape: [2, 3], values: Float32Array.of(0, 1, 2, 3, 4, 5) }));
    const program = `import numpy as n; a = n.load('${path}'); n.save('${path}', a.T.copy().astype('<i2')); print(a.shape, a[1, 2])`;
    try {
      execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
    } catch {
      rmSync(folder, { recursive: true });
      this.skip();
    }
    expect(execFileSync('python3', ['-c', program], { encoding: 'utf8' }).trim()).to.equal(
      '(2, 3) 5.0',
    );
    expect([...readNpy(readFileSync(path), 'a').values]).to.deep.equal([0, 3, 1, 4, 2, 5]);
    rmSync(folder, { recursive: true });
  });
});
