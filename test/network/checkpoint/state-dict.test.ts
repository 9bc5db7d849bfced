import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { NodeError } from '../../../src/errors.ts';
import { readStateDict } from '../../../src/network/checkpoint/state-dict.ts';
import { float32Values } from '../../../src/network/checkpoint/tensor-values.ts';
import { asZip64, checkpointFile, pickle, tensorPickle, torchFile, zipOf } from './torch-file.ts';

const floats = (...values: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);

/** The message of the refusal; fails when the file is accepted. */
function refusal(file: Uint8Array): string {
  try {
    readStateDict(file);
  } catch (error) {
    expect(error).to.be.instanceOf(NodeError);
    expect((error as NodeError).code).to.equal('checkpoint-invalid');
    return (error as NodeError).message;
  }
  throw new Error('The file was accepted.');
}

const oneTensor = (spec: Parameters<typeof tensorPickle>[0]): Buffer =>
  pickle.dict([pickle.text('w'), tensorPickle(spec)]);

describe('readStateDict', () => {
  it('reads tensors by name from state_dict or from the file itself', () => {
    const tensor = { shape: [2, 1], data: Float32Array.of(1, -2) };
    const wrapped = readStateDict(checkpointFile(new Map([['a.weight', tensor]])));
    const bare = readStateDict(
      torchFile(oneTensor({ storageKey: '0', storageElements: 2, shape: [2, 1] }), {
        '0': floats(1, -2),
      }),
    );
    expect([...float32Values(wrapped.get('a.weight')!)]).to.deep.equal([1, -2]);
    expect([...float32Values(bare.get('w')!)]).to.deep.equal([1, -2]);
  });

  it('reads a Zip64 archive, as PyTorch writes it, and refuses one that lies', () => {
    const tensors = new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]);
    const archive = asZip64(checkpointFile(tensors));
    expect([...float32Values(readStateDict(archive).get('w')!)]).to.deep.equal([1, 2]);
    for (const at of [22 + 20 + 8, 22 + 20 + 16, 22 + 20 + 24]) {
      const lying = Buffer.from(archive);
      lying.writeBigUInt64LE(2n ** 62n, archive.length - at);
      refusal(lying);
    }
  });

  it('follows strides and offsets', () => {
    const transposed = { storageKey: '0', storageElements: 7, shape: [3, 2], stride: [1, 3] };
    const file = torchFile(oneTensor({ ...transposed, offset: 1 }), {
      '0': floats(9, 0, 1, 2, 3, 4, 5),
    });
    expect([...float32Values(readStateDict(file).get('w')!)]).to.deep.equal([0, 3, 1, 4, 2, 5]);
  });

  for (const [storageType, bytes] of [
    ['HalfStorage', new Uint8Array(Uint16Array.of(0x3e00, 0xc000, 0x0001, 0x7c00).buffer)],
    ['BFloat16Storage', new Uint8Array(Uint16Array.of(0x3fc0, 0xc000, 0x3380, 0x7f80).buffer)],
    ['DoubleStorage', new Uint8Array(Float64Array.of(1.5, -2, 2 ** -24, Infinity).buffer)],
  ] as const) {
    it(`reads ${storageType}`, () => {
      const spec = { storageKey: '0', storageType, storageElements: 4, shape: [4] };
      const values = float32Values(
        readStateDict(torchFile(oneTensor(spec), { '0': bytes })).get('w')!,
      );
      expect(values[0]).to.equal(1.5);
      expect(values[1]).to.equal(-2);
      expect(values[2]).to.be.closeTo(2 ** -24, 2 ** -30);
      expect(values[3]).to.equal(Infinity);
    });
  }

  it('passes over NumPy numbers in the training log that nnU-Net saves beside the weights', () => {
    const dtype = pickle.call(
      pickle.global('numpy', 'dtype'),
      pickle.text('f8'),
      pickle.no,
      pickle.no,
    );
    const latin1 = pickle.call(
      pickle.global('_codecs', 'encode'),
      pickle.text('\0\0\0\0\0\0ð?'),
      pickle.text('latin1'),
    );
    const scalar = pickle.call(pickle.global('numpy.core.multiarray', 'scalar'), dtype, latin1);
    const file = torchFile(
      pickle.dict(
        [pickle.text('plot_stuff'), scalar],
        [pickle.text('state_dict'), oneTensor({ storageKey: '0', storageElements: 1, shape: [1] })],
      ),
      { '0': floats(1) },
    );
    expect([...readStateDict(file).keys()]).to.deep.equal(['w']);
  });

  describe('refuses, with a sentence that says why,', () => {
    it('a pickle that calls os.system, and runs nothing', () => {
      const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
      const trace = join(folder, 'trace');
      const attack = pickle.call(pickle.global('os', 'system'), pickle.text(`touch ${trace}`));
      const message = refusal(torchFile(pickle.dict([pickle.text('state_dict'), attack])));
      expect(message).to.include('"os.system"');
      expect(existsSync(trace)).to.equal(false);
      rmSync(folder, { recursive: true });
    });

    for (const [module, name] of [
      ['posix', 'system'],
      ['builtins', 'eval'],
      ['__builtin__', 'exec'],
      ['subprocess', 'Popen'],
      ['torch', 'load'],
      ['numpy.core.multiarray', '_reconstruct'],
      ['collections', 'OrderedDict.__init__'],
    ] as const) {
      it(`the global ${module}.${name}, by GLOBAL and by STACK_GLOBAL`, () => {
        const stackGlobal = Buffer.concat([
          pickle.text(module),
          pickle.text(name),
          Buffer.from('\x93', 'latin1'),
        ]);
        expect(refusal(torchFile(pickle.global(module, name)))).to.include(`"${module}.${name}"`);
        expect(refusal(torchFile(stackGlobal))).to.include(`"${module}.${name}"`);
      });
    }

    it('opcodes that make objects: INST names its class', () => {
      expect(refusal(torchFile(Buffer.from('(ios\nsystem\n')))).to.include('"os.system"');
      expect(refusal(torchFile(Buffer.from('\x81', 'latin1')))).to.include('0x81');
    });

    it('a 4 GB claim in a 1 KB file', () => {
      const huge = { storageKey: '0', storageElements: 2 ** 30, shape: [2 ** 30] };
      expect(refusal(torchFile(oneTensor(huge), { '0': floats(1) }))).to.include('4294967296');
      const text = Buffer.concat([Buffer.from('X'), Buffer.from([255, 255, 255, 255])]);
      expect(refusal(torchFile(text))).to.include('truncated');
      const entry = { name: 'archive/data.pkl', data: floats(1), claimedSize: 0xfffffff0 };
      expect(refusal(zipOf(entry))).to.include('4294967280 bytes');
    });

    it('a tensor expanded by a stride of 0', () => {
      const expanded = { storageKey: '0', storageElements: 1, shape: [1e9], stride: [0] };
      const message = refusal(torchFile(oneTensor(expanded), { '0': floats(1) }));
      expect(message).to.include('[1000000000]');
    });

    it('a tensor of more dimensions than a sentence should list', () => {
      const shape = Array<number>(1000).fill(1);
      const spec = { storageKey: '0', storageElements: 1, shape };
      expect(refusal(torchFile(oneTensor(spec), { '0': floats(1) }))).to.include('1000 dimensions');
    });

    it('many tensors over one storage that together exceed the file', () => {
      const spec = { storageKey: '0', storageElements: 1000, shape: [1000] };
      const pairs = Array.from({ length: 300 }, (_, i): [Buffer, Buffer] => [
        pickle.text(`w${i}`),
        i === 0 ? tensorPickle(spec) : Buffer.concat([Buffer.from('h\0', 'latin1')]),
      ]);
      pairs[0] = [pairs[0][0], Buffer.concat([tensorPickle(spec), Buffer.from('q\0', 'latin1')])];
      const file = torchFile(pickle.dict(...pairs), { '0': new Uint8Array(4000) });
      expect(refusal(file)).to.include('1200000 bytes of tensors');
    });

    it('a pickle that would take hundreds of times its size in memory', () => {
      expect(refusal(torchFile(Buffer.alloc(1_100_000, '}')))).to.include('opcodes');
      const long = Buffer.concat([Buffer.from('X\0\0\0\x02'), Buffer.alloc(2 ** 25)]);
      expect(refusal(torchFile(long))).to.include('a pickle of 33554440 bytes');
    });

    it('zip entries that overlap, before any is checked', () => {
      const names = Array.from({ length: 10 }, (_, i) => `archive/data/${i}`);
      const file = zipOf(
        ...names.map((name, i) => ({ name, data: Buffer.alloc(i > 0 ? 0 : 5000) })),
      );
      const directory = file.indexOf(Buffer.from('504b0102', 'hex'));
      // Every entry is where the first one is, and as long.
      for (let i = 1; i < names.length; i++) {
        const at = directory + i * (46 + names[0].length);
        file.copy(file, at + 16, directory + 16, directory + 28);
        file.copy(file, at + 42, directory + 42, directory + 46);
      }
      expect(refusal(file)).to.include('overlap').and.to.include('"archive/data/1"');
    });

    it('a zip bomb: entries are never inflated', () => {
      const data = deflateRawSync(Buffer.alloc(50_000_000));
      expect(refusal(zipOf({ name: 'archive/data.pkl', data, method: 8 }))).to.include(
        'compressed entry "archive/data.pkl"',
      );
    });

    it('a wrong checksum, a doubled entry, a missing storage, a doubled key', () => {
      const entry = { name: 'archive/data.pkl', data: pickle.stream(pickle.none) };
      expect(refusal(zipOf({ ...entry, crc: 1 }))).to.include('checksum');
      expect(refusal(zipOf(entry, entry))).to.include('twice');
      const spec = { storageKey: '7', storageElements: 1, shape: [1] };
      expect(refusal(torchFile(oneTensor(spec)))).to.include('lacks the storage "7"');
      const pair: [Buffer, Buffer] = [pickle.text('w'), pickle.none];
      expect(refusal(torchFile(pickle.dict(pair, pair)))).to.include('"w" twice');
    });

    it('values of the state_dict that are no tensors, by their key', () => {
      const inner = pickle.dict([pickle.text('encoder.x'), pickle.int(3)]);
      expect(refusal(torchFile(pickle.dict([pickle.text('state_dict'), inner])))).to.include(
        '"encoder.x"',
      );
      expect(refusal(torchFile(pickle.none))).to.include('state_dict');
    });

    it('the format before PyTorch 1.6 and TorchScript programs, saying what to do', () => {
      const legacy = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
      expect(refusal(legacy)).to.include('torch.save it again');
      const script = zipOf(
        { name: 'a/data.pkl', data: floats(0) },
        { name: 'a/constants.pkl', data: floats(0) },
      );
      expect(refusal(script)).to.include('TorchScript');
    });

    it('and that says what to do, in one sentence', () => {
      const whole = checkpointFile(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]));
      const files = [
        Buffer.from('<html>404</html>'),
        whole.subarray(0, whole.length - 1),
        torchFile(pickle.global('os', 'system')),
        torchFile(Buffer.from('\x81', 'latin1')),
        torchFile(Buffer.from('R')),
        torchFile(pickle.dict([pickle.text('epoch'), pickle.int(3)])),
      ];
      for (const file of files) {
        expect(refusal(file)).to.match(
          /^[^;]+; (copy the file anew|if you trust the file, load it) /,
        );
      }
    });

    it('a file truncated anywhere', () => {
      const whole = checkpointFile(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]));
      for (let length = 0; length < whole.length; length++) refusal(whole.subarray(0, length));
    });
  });

  it('either reads a file with changed bytes or refuses it as a checkpoint', () => {
    const whole = checkpointFile(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const file = Buffer.from(whole);
        for (const [at, value] of changes) file[at] = value;
        try {
          readStateDict(file);
        } catch (error) {
          expect(error).to.have.property('code', 'checkpoint-invalid');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('either unpickles arbitrary bytes or refuses them as a checkpoint', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readStateDict(torchFile(Buffer.from(bytes)));
        } catch (error) {
          expect(error).to.have.property('code', 'checkpoint-invalid');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
