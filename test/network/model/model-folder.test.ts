import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSafetensors, writeSafetensors } from '../../../src/network/arrays/safetensors.ts';
import { loadModel } from '../../../src/network/model/load-model.ts';
import { findModel, listVersions } from '../../../src/network/model/model-library.ts';
import { openModel } from '../../../src/network/model/open-model.ts';
import { fileRecord, type NewModel, writeModel } from '../../../src/network/model/write-model.ts';
import { initialParameters, parameterSpecs } from '../../../src/network/parameters.ts';
import { createRandom } from '../../../src/random.ts';
import { failure } from '../../support/failure.ts';

const architecture = {
  encoderWidths: [1, 1, 2, 2, 2],
  headWidths: [2, 2, 2, 2, 2],
  hasTextureChannel: false,
} as const;

function newModel(seed = 1): NewModel {
  const { normal } = createRandom(String(seed));
  return {
    architecture,
    parameters: initialParameters(architecture, normal),
    isTrained: true,
    origin: { kind: 'trained' },
    training: { epochs: 3, dice: { scar: 0.5 } },
  };
}

describe('A model folder', () => {
  let modelsDir: string;
  let folder: string;

  beforeEach(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'models-'));
    folder = join(modelsDir, '1.0.0');
    await writeModel(folder, newModel());
  });

  afterEach(() => rm(modelsDir, { recursive: true }));

  async function changeManifest(change: (manifest: Record<string, unknown>) => void) {
    const path = join(folder, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    change(manifest);
    await writeFile(path, JSON.stringify(manifest));
  }

  it('is loaded with the weights that were written', async () => {
    const model = await loadModel(folder);
    expect(model.identity).to.include({ version: '1.0.0', isTrained: true });
    expect(model.identity.deviceUid).to.match(/^2\.25\.\d+$/);
    expect(model.manifest.training).to.deep.equal({ epochs: 3, dice: { scar: 0.5 } });
    const written = newModel().parameters;
    expect([...model.parameters.keys()]).to.deep.equal(
      parameterSpecs(architecture).map(({ name }) => name),
    );
    for (const [name, { values }] of model.parameters) {
      expect(values, name).to.deep.equal(written.get(name)!.values);
    }
  });

  it('runs', async () => {
    const { session } = await openModel(folder, { device: 'cpu' });
    const { anatomy, logits } = await session.runCine(
      new Float32Array(2 * 16 * 32),
      [1, 2, 16, 32],
    );
    await session.release();
    expect(anatomy.length).to.equal(2 * 4 * 16 * 32);
    expect(logits.map(({ length }) => length)).to.deep.equal([2560, 640, 160, 40]);
  });

  it('has the same bytes for the same network, and a Device UID of its own for other weights', async () => {
    const again = await writeModel(join(modelsDir, 'again', '1.0.0'), newModel());
    const other = await writeModel(join(modelsDir, 'other', '1.0.0'), newModel(2));
    const { manifest } = await loadModel(folder);
    expect(again).to.deep.equal(manifest);
    expect(other.deviceUid).to.not.equal(manifest.deviceUid);
  });

  it('can be read by another user of the machine', async () => {
    expect((await stat(folder)).mode & 0o055).to.equal(0o055);
  });

  it('says in its card what it is', async () => {
    const card = await readFile(join(folder, 'MODEL_CARD.md'), 'utf8');
    expect(card).to.include('# CineMyoPS model 1.0.0').and.to.include('"scar": 0.5');
    await writeModel(join(modelsDir, 'u'), { ...newModel(), isTrained: false });
    const untrained = await readFile(join(modelsDir, 'u', 'MODEL_CARD.md'), 'utf8');
    expect(untrained).to.include('every result is meaningless');
  });

  it('is written whole or not at all', async () => {
    const parameters = new Map([...newModel().parameters].slice(1));
    const write = writeModel(join(modelsDir, '2.0.0'), { ...newModel(), parameters });
    await write.then(
      () => expect.fail('it was written'),
      () => undefined,
    );
    expect(await listVersions(modelsDir)).to.deep.equal(['1.0.0']);
  });

  it('is not overwritten, and its name must be a version', async () => {
    expect((await failure(writeModel(folder, newModel()), 'usage')).message).to.include('exists');
    await failure(writeModel(join(modelsDir, '.hidden'), newModel()), 'usage');
  });

  describe('is refused, with what disagrees,', () => {
    it('when a file is missing, truncated or changed', async () => {
      await rm(join(folder, 'anatomy.onnx'));
      await truncate(join(folder, 'cinemyops.onnx'), 100);
      const weights = await readFile(join(folder, 'weights.safetensors'));
      weights[weights.length - 1] ^= 1;
      await writeFile(join(folder, 'weights.safetensors'), weights);
      const { message } = await failure(loadModel(folder), 'model-invalid');
      expect(message).to.include('anatomy.onnx is missing');
      expect(message).to.match(/cinemyops\.onnx: expected \d+ bytes, got 100/);
      expect(message).to.include('weights.safetensors was changed');
    });

    it('when the folder has another name', async () => {
      const other = join(modelsDir, '9.9.9');
      await writeModel(other, newModel());
      await writeFile(join(other, 'manifest.json'), await readFile(join(folder, 'manifest.json')));
      const { message } = await failure(loadModel(other), 'model-invalid');
      expect(message).to.include('version: expected 9.9.9, the manifest says 1.0.0');
    });

    it('when labels are in another order: edema before scar', async () => {
      await changeManifest((manifest) => {
        (manifest['labels'] as { pathology: string[] }).pathology.splice(3, 2, 'edema', 'scar');
      });
      const { message } = await failure(loadModel(folder), 'model-invalid');
      expect(message).to.include('order of pathology').and.to.include('edema, scar');
    });

    it('when the Device UID is not that of the weights', async () => {
      await changeManifest((manifest) => (manifest['deviceUid'] = '2.25.1'));
      const { message } = await failure(loadModel(folder), 'model-invalid');
      expect(message).to.include('device UID').and.to.include('2.25.1');
    });

    it('when the manifest has an unknown field, lacks one or is no JSON', async () => {
      await changeManifest((manifest) => (manifest['author'] = 'x'));
      expect((await failure(loadModel(folder), 'model-invalid')).message).to.include('author');
      await changeManifest((manifest) => {
        delete manifest['author'];
        delete manifest['input'];
      });
      expect((await failure(loadModel(folder), 'model-invalid')).message).to.include('input');
      await writeFile(join(folder, 'manifest.json'), '{');
      expect((await failure(loadModel(folder), 'model-invalid')).message).to.include('not JSON');
    });

    it('when it would have images of a size that no heart needs', async () => {
      for (const field of ['frames', 'pixelSpacingMm', 'regionSizeMm', 'pathologySizeMm']) {
        await changeManifest((manifest) => {
          const input = manifest['input'] as Record<string, number>;
          manifest['input'] = { ...input, pixelSpacingMm: 1, frames: 17, [field]: 1e9 };
        });
        const { message } = await failure(loadModel(folder), 'model-invalid');
        expect(message).to.include(`input.${field}: Too big`);
      }
    });

    it('on one line, whatever the manifest holds', async () => {
      const path = join(folder, 'manifest.json');
      const whole = await readFile(path, 'utf8');
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const texts = [
        '{}',
        '{"a":\n"\u001b[2J',
        whole.replace(/"training": \{[^}]*\}\s*\}/, `"training": {"a": ${deep}}`),
        whole.replace('"lvBlood"', '"\\u001b[2J\\n"'),
        `${' '.repeat(5_000_000)}{}`,
      ];
      for (const text of texts) {
        await writeFile(path, text);
        const { message } = await failure(loadModel(folder), 'model-invalid');
        expect(message).to.match(/^[ -~]{20,1000}; copy its folder anew from where it was made$/);
      }
    });

    it('when a file is a folder or a pipe, which is never opened', async () => {
      for (const name of ['anatomy.onnx', 'weights.safetensors']) {
        await rm(join(folder, name));
        if (name === 'anatomy.onnx') await mkdir(join(folder, name));
        else execFileSync('mkfifo', [join(folder, name)]);
      }
      const { message } = await failure(loadModel(folder), 'model-invalid');
      expect(message)
        .to.include('anatomy.onnx is missing')
        .and.to.include('weights.safetensors is missing');
    });

    it('when a weight is not a finite number, though every checksum is right', async () => {
      const parameters = new Map(newModel().parameters);
      parameters.set('motion.out.bias', { shape: [2], values: Float32Array.of(0, NaN) });
      await writeModel(join(modelsDir, '3.0.0'), { ...newModel(), parameters });
      const { message } = await failure(loadModel(join(modelsDir, '3.0.0')), 'model-invalid');
      expect(message).to.include('weight motion.out.bias has a value that is not a finite number');
    });

    it('when weights are missing, surplus or of another shape', async () => {
      const { manifest } = await loadModel(folder);
      const path = join(folder, 'weights.safetensors');
      const tensors = new Map(readSafetensors(await readFile(path), path).tensors);
      tensors.delete('encoder.1.conv1.weight');
      tensors.set('encoder.9.bias', { shape: [1], values: Float32Array.of(1) });
      tensors.set('motion.out.bias', { shape: [1], values: Float32Array.of(1) });
      await writeFile(path, writeSafetensors(tensors, {}));
      const record = fileRecord(await readFile(path));
      await changeManifest((changed) => {
        changed['files'] = { ...manifest.files, 'weights.safetensors': record };
      });
      const uid = await failure(loadModel(folder), 'model-invalid');
      const expected = /expected (2\.25\.\d+)/.exec(uid.message)![1];
      await changeManifest((changed) => (changed['deviceUid'] = expected));
      const { message } = await failure(loadModel(folder), 'model-invalid');
      expect(message).to.include('weight encoder.1.conv1.weight is missing');
      expect(message).to.include('unknown weight "encoder.9.bias"');
      expect(message).to.include('weight motion.out.bias: expected shape [2], got [1]');
    });
  });

  it('is found among others; a version that is not there names those that are', async () => {
    await writeModel(join(modelsDir, '1.10.0'), newModel());
    await writeModel(join(modelsDir, '1.9.0'), newModel());
    expect(await listVersions(modelsDir)).to.deep.equal(['1.0.0', '1.9.0', '1.10.0']);
    expect(await findModel(modelsDir, '1.9.0')).to.equal(join(modelsDir, '1.9.0'));
    const { message } = await failure(findModel(modelsDir, '../../etc'), 'model-missing');
    expect(message).to.include('there are 1.0.0, 1.9.0, 1.10.0');
    await failure(loadModel(join(modelsDir, 'none')), 'model-missing');
    expect(await listVersions(join(modelsDir, 'nowhere'))).to.deep.equal([]);
  });
});
