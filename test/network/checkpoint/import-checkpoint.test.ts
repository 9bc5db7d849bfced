import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { NodeError } from '../../../src/errors.ts';
import { type Architecture, doublingWidths } from '../../../src/network/architecture.ts';
import { authorsKey } from '../../../src/network/checkpoint/authors-key.ts';
import { importCheckpoint } from '../../../src/network/checkpoint/import-checkpoint.ts';
import { parameterSpecs, sizeOf } from '../../../src/network/parameters.ts';
import { checkpointFile } from './torch-file.ts';

const parityFolder = process.env['PARITY_DIR'] ?? '../shared/parity';

const architecture: Architecture = {
  encoderWidths: doublingWidths(1),
  headWidths: doublingWidths(1, 4),
  hasTextureChannel: false,
};

interface Tensor {
  shape: number[];
  data: Float32Array | Int32Array;
}

/** A checkpoint of tiny widths in which every value is different, as the authors lay it out. */
function authorsTensors(depth: 1 | 3 = 1, of: Architecture = architecture): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  let next = 0;
  for (const { name, shape } of parameterSpecs(of)) {
    const key = authorsKey(name);
    const is3D = key.startsWith('pathology_seg.') && shape.length === 4;
    const z = shape[3] === 3 ? depth : 1;
    const full = is3D ? [shape[0], shape[1], z, shape[2], shape[3]] : [...shape];
    const data = Float32Array.from({ length: sizeOf(full) }, () => next++ / 1024);
    tensors.set(key, { shape: full, data });
  }
  return tensors;
}

function refusal(tensors: Map<string, Tensor>): string {
  try {
    importCheckpoint(checkpointFile(tensors));
  } catch (error) {
    expect(error).to.be.instanceOf(NodeError);
    expect((error as NodeError).code).to.equal('checkpoint-invalid');
    return (error as NodeError).message;
  }
  throw new Error('The checkpoint was accepted.');
}

describe('importCheckpoint', () => {
  it('reads widths off the shapes and finds every parameter', () => {
    const imported = importCheckpoint(checkpointFile(authorsTensors()));
    expect(imported.architecture).to.deep.equal(architecture);
    for (const { name, shape } of parameterSpecs(architecture)) {
      expect(imported.parameters.get(name)!.shape, name).to.deep.equal(shape);
    }
    const values = [...imported.parameters.values()].flatMap((p) => [...p.values]);
    expect(new Set(values).size).to.equal(values.length);
  });

  it('keeps the centre z tap of a (3,3,3) kernel', () => {
    const tensors = authorsTensors(3);
    const key = 'pathology_seg.conv_blocks_context.1.blocks.0.conv.weight';
    const { data } = tensors.get(key)!;
    const imported = importCheckpoint(checkpointFile(tensors));
    const { values } = imported.parameters.get('head.down.1.conv1.weight')!;
    expect([...values.subarray(0, 18)]).to.deep.equal([
      ...data.subarray(9, 18),
      ...data.subarray(36, 45),
    ]);
  });

  it('sees the fourth input channel of the variant with the warped image', () => {
    const withTexture = { ...architecture, hasTextureChannel: true };
    const imported = importCheckpoint(checkpointFile(authorsTensors(1, withTexture)));
    expect(imported.architecture.hasTextureChannel).to.equal(true);
  });

  it('takes keys that DataParallel prefixed', () => {
    const prefixed = new Map([...authorsTensors()].map(([key, t]) => [`module.${key}`, t]));
    expect(importCheckpoint(checkpointFile(prefixed)).architecture).to.deep.equal(architecture);
  });

  it('passes over the batch counts of BatchNorm', () => {
    const tensors = authorsTensors();
    tensors.set('encoder.Conv1.conv.1.num_batches_tracked', {
      shape: [],
      data: Float32Array.of(9),
    });
    expect(importCheckpoint(checkpointFile(tensors)).parameters.size).to.equal(
      parameterSpecs(architecture).length,
    );
  });

  for (const { name } of parameterSpecs(architecture).filter((_, i) => i % 17 === 0)) {
    it(`names the missing key ${authorsKey(name)}`, () => {
      const tensors = authorsTensors();
      tensors.delete(authorsKey(name));
      expect(refusal(tensors)).to.include(`lacks the key "${authorsKey(name)}"`);
    });
  }

  it('names a surplus key', () => {
    const tensors = authorsTensors();
    tensors.set('encoder.Conv6.conv.0.weight', { shape: [1], data: Float32Array.of(1) });
    expect(refusal(tensors)).to.include('unknown key "encoder.Conv6.conv.0.weight"');
  });

  it('names a key of wrong shape, with both shapes', () => {
    const tensors = authorsTensors();
    tensors.set('antomy_decoder.Conv.weight', { shape: [3, 1, 1, 1], data: new Float32Array(3) });
    expect(refusal(tensors)).to.include(
      '"antomy_decoder.Conv.weight" of shape [3, 1, 1, 1]; expected [4, 1, 1, 1]',
    );
    const flat = authorsTensors();
    flat.set('encoder.Conv3.conv.0.weight', { shape: [], data: Float32Array.of(1) });
    expect(refusal(flat)).to.include('"encoder.Conv3.conv.0.weight"');
  });

  it('names a key with values that are not finite', () => {
    const tensors = authorsTensors();
    tensors.get('motion_decoder.Conv.bias')!.data[1] = NaN;
    expect(refusal(tensors)).to.include('"motion_decoder.Conv.bias" that is not a finite');
  });

  it('names a key whose numbers are whole ones, or are variances below zero', () => {
    const whole = authorsTensors();
    whole.set('motion_decoder.Conv.bias', { shape: [2], data: Int32Array.of(1, 2) });
    expect(refusal(whole)).to.include('"motion_decoder.Conv.bias" as int32');
    const negative = authorsTensors();
    negative.get('encoder.Conv2.conv.4.running_var')!.data[1] = -0.5;
    expect(refusal(negative)).to.include('negative variance in "encoder.Conv2.conv.4.running_var"');
  });

  it('imports the checkpoint that the authors’ own code saved', function () {
    const path = join(parityFolder, 'checkpoint.model');
    if (!existsSync(path)) {
      console.log(`      (no ${path})`);
      this.skip();
    }
    const imported = importCheckpoint(readFileSync(path));
    expect(imported.architecture.encoderWidths).to.deep.equal([8, 16, 32, 64, 128]);
    expect(imported.parameters.size).to.equal(parameterSpecs(imported.architecture).length);
  });
});
