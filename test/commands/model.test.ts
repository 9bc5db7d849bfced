import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CommandIo } from '../../src/commands/command.ts';
import { modelCommand } from '../../src/commands/model.ts';
import { NodeError } from '../../src/errors.ts';
import { doublingWidths } from '../../src/network/architecture.ts';
import { readFloat32Npy, writeNpy } from '../../src/network/arrays/npy.ts';
import { authorsKey } from '../../src/network/checkpoint/authors-key.ts';
import { loadModel } from '../../src/network/model/load-model.ts';
import { initialParameters } from '../../src/network/parameters.ts';
import { createRandom } from '../../src/random.ts';
import { checkpointFile, pickle, torchFile } from '../network/checkpoint/torch-file.ts';
import { failure } from '../support/failure.ts';
import { runCli } from '../support/run-cli.ts';

const SMALL = ['--encoder-base', '1', '--head-base', '2', '--head-cap', '4'];

describe('cinemyops model', () => {
  let folder: string;
  let modelsDir: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'model-command-'));
    modelsDir = join(folder, 'models');
    await model('init', '--name', 'small', ...SMALL);
  });

  after(() => rm(folder, { recursive: true }));

  /** Runs the command in this process, with the models' folder in the environment. */
  async function model(...argv: string[]): Promise<{ exitCode: number; stdout: string }> {
    let stdout = '';
    const io: CommandIo = {
      stdout: (text) => (stdout += text),
      stderr: () => undefined,
      env: { CINEMYOPS_MODELS_DIR: modelsDir },
      isTerminal: false,
      signal: new AbortController().signal,
    };
    const exitCode = await modelCommand.run(argv, io);
    return { exitCode, stdout };
  }

  async function writeCine(shape: number[], values?: Float32Array): Promise<string> {
    const path = join(folder, 'cine.npy');
    const size = shape.reduce((a, b) => a * b, 1);
    const ramp = Float32Array.from({ length: size }, (_, i) => Math.sin(i / 7));
    await writeFile(path, writeNpy({ shape, values: values ?? ramp }));
    return path;
  }

  const run = (cine: string, out: string, ...more: string[]) =>
    model('run', 'small', '--cine', cine, '--out', join(folder, out), '--device', 'cpu', ...more);

  const output = async (out: string, name: string) =>
    readFloat32Npy(await readFile(join(folder, out, `${name}.npy`)), name);

  it('init: the seed makes the network; it says that it is untrained', async () => {
    await model('init', '--name', 'again', ...SMALL);
    await model('init', '--name', 'other', '--seed', '2', ...SMALL);
    const [small, again, other] = await Promise.all(
      ['small', 'again', 'other'].map((name) => loadModel(join(modelsDir, name))),
    );
    expect(small.identity.isTrained).to.equal(false);
    expect(again.identity.deviceUid).to.equal(small.identity.deviceUid);
    expect(other.identity.deviceUid).to.not.equal(small.identity.deviceUid);
    expect(small.manifest.architecture.headWidths).to.deep.equal([2, 4, 4, 4, 4]);
  });

  it('list: every version, damaged ones with the reason', async () => {
    await model('init', '--name', 'damaged', ...SMALL);
    await writeFile(join(modelsDir, 'damaged', 'manifest.json'), '{}');
    const { stdout, exitCode } = await model('list');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^small {2}UNTRAINED {2}seeded/m);
    expect(stdout).to.match(/^damaged {2}not usable: /m);
    const listed = JSON.parse((await model('list', '--json')).stdout) as { version: string }[];
    expect(listed.map(({ version }) => version)).to.include('small');
    await rm(join(modelsDir, 'damaged'), { recursive: true });
    const empty = await model('list', '--models-dir', join(folder, 'nowhere'));
    expect(empty.stdout).to.include('no models');
  });

  it('verify: ok, or what is wrong with exit code 2', async () => {
    expect(await model('verify', 'small')).to.deep.equal({ exitCode: 0, stdout: 'small: ok\n' });
    await model('init', '--name', 'changed', ...SMALL);
    await writeFile(join(modelsDir, 'changed', 'anatomy.onnx'), 'x');
    const all = await model('verify');
    expect(all.exitCode).to.equal(2);
    expect(all.stdout)
      .to.include('small: ok')
      .and.to.match(/changed: .*anatomy\.onnx/);
    await rm(join(modelsDir, 'changed'), { recursive: true });
    expect((await model('verify', 'none')).exitCode).to.equal(2);
  });

  it('import: a checkpoint becomes a model whose outputs follow from its weights', async () => {
    const architecture = {
      encoderWidths: doublingWidths(1),
      headWidths: doublingWidths(2, 4),
      hasTextureChannel: false,
    };
    // What `init --seed 1` draws, as a checkpoint: the same network must come out.
    const parameters = initialParameters(architecture, createRandom('model 1').normal);
    const tensors = [...parameters].map(([name, { shape, values }]) => {
      const is3D = name.startsWith('head.') && shape.length === 4;
      const full = is3D ? [shape[0], shape[1], 1, shape[2], shape[3]] : shape;
      return [authorsKey(name), { shape: full, data: values }] as const;
    });
    const path = join(folder, 'best.model');
    await writeFile(path, checkpointFile(new Map(tensors)));
    const { stdout } = await model('import', path, '--name', 'imported');
    expect(stdout).to.include('encoder 1-2-4-8-16, head 2-4-4-4-4');
    const [small, imported] = await Promise.all(
      ['small', 'imported'].map((name) => loadModel(join(modelsDir, name))),
    );
    expect(imported.identity.isTrained).to.equal(true);
    expect(imported.manifest.files).to.deep.equal({
      ...small.manifest.files,
      'weights.safetensors': imported.manifest.files['weights.safetensors'],
    });
    expect([...imported.parameters]).to.deep.equal([...small.parameters]);
    await model('import', path, '--name', 'marked', '--random');
    expect((await loadModel(join(modelsDir, 'marked'))).identity.isTrained).to.equal(false);
  });

  it('import: a hostile checkpoint leaves nothing behind', async () => {
    const trace = join(folder, 'trace');
    const attack = pickle.call(pickle.global('os', 'system'), pickle.text(`touch ${trace}`));
    const path = join(folder, 'hostile.model');
    await writeFile(path, torchFile(attack));
    const work = model('import', path, '--name', 'hostile');
    expect((await failure(work, 'checkpoint-invalid')).message).to.include('"os.system"');
    expect(existsSync(trace)).to.equal(false);
    expect(existsSync(join(modelsDir, 'hostile'))).to.equal(false);
  });

  it('export: the files, checked, into a folder that has none of them', async () => {
    const out = join(folder, 'small');
    const { stdout } = await model('export', 'small', '--out', out);
    expect(stdout.trim().split('\n').length).to.equal(5);
    expect((await loadModel(out)).identity.version).to.equal('small');
    await failure(model('export', 'small', '--out', out), 'usage');
  });

  it('export: a model without its card is refused and nothing is written', async () => {
    await model('init', '--name', 'cardless', ...SMALL);
    await rm(join(modelsDir, 'cardless', 'MODEL_CARD.md'));
    const out = join(folder, 'cardless');
    const { message } = await failure(model('export', 'cardless', '--out', out), 'model-invalid');
    expect(message).to.include('lacks MODEL_CARD.md');
    expect(existsSync(out)).to.equal(false);
    await rm(join(modelsDir, 'cardless'), { recursive: true });
  });

  it('verify and run: a network in place of the other is refused', async () => {
    await model('init', '--name', 'mixed', ...SMALL);
    const at = (name: string) => join(modelsDir, 'mixed', name);
    const manifest = JSON.parse(await readFile(at('manifest.json'), 'utf8')) as {
      files: Record<string, unknown>;
    };
    manifest.files['anatomy.onnx'] = manifest.files['cinemyops.onnx'];
    await writeFile(at('anatomy.onnx'), await readFile(at('cinemyops.onnx')));
    await writeFile(at('manifest.json'), JSON.stringify(manifest));
    const { stdout, exitCode } = await model('verify', 'mixed');
    expect(exitCode).to.equal(2);
    expect(stdout).to.include('anatomy.onnx: expected a network with the input images, got cine');
    const cine = await writeCine([1, 16, 32]);
    const work = model('run', 'mixed', '--cine', cine, '--out', folder, '--device', 'cpu');
    await failure(work, 'model-invalid');
    await rm(join(modelsDir, 'mixed'), { recursive: true });
  });

  it('run: writes every output in its layout, whatever the layout of the cine', async () => {
    expect((await run(await writeCine([2, 3, 1, 16, 32]), 'a')).exitCode).to.equal(0);
    await run(await writeCine([2, 3, 16, 32]), 'b');
    expect((await output('a', 'anatomy')).shape).to.deep.equal([2, 4, 3, 16, 32]);
    expect((await output('a', 'motion')).shape).to.deep.equal([2, 2, 3, 16, 32]);
    expect((await output('a', 'logits_2')).shape).to.deep.equal([2, 5, 4, 8]);
    const { values } = await output('a', 'anatomy');
    expect((await output('b', 'anatomy')).values).to.deep.equal(values);
    const size = 3 * 16 * 32;
    for (let pixel = 0; pixel < size; pixel++) {
      const sum = [0, 1, 2, 3].reduce((total, c) => total + values[c * size + pixel], 0);
      expect(sum).to.be.closeTo(1, 1e-5);
    }
  });

  it('run: --z-score makes brightness and contrast irrelevant', async () => {
    const ramp = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i / 7));
    await run(await writeCine([1, 16, 32], ramp), 'plain', '--z-score');
    await run(await writeCine([1, 16, 32], ramp.map((v) => 40 * v + 300)), 'bright', '--z-score'); // prettier-ignore
    const [plain, bright] = [await output('plain', 'logits_0'), await output('bright', 'logits_0')];
    plain.values.forEach((value, i) => {
      expect(bright.values[i]).to.be.closeTo(value, 1e-3);
    });
  });

  it('run: says what is wrong with the cine', async () => {
    const shape = await failure(run(await writeCine([1, 17, 32]), 'x'), 'shape-mismatch');
    expect(shape.message).to.include('axis H').and.to.include('got 17');
    const rank = await failure(run(await writeCine([16, 32]), 'x'), 'shape-mismatch');
    expect(rank.message).to.include('[T, H, W]').and.to.include('got [16, 32]');
    const hole = new Float32Array(512).fill(1).fill(NaN, 3, 4);
    await failure(run(await writeCine([1, 16, 32], hole), 'x'), 'array-invalid');
    await writeFile(join(folder, 'text.npy'), 'not an array, surely');
    await failure(run(join(folder, 'text.npy'), 'x'), 'array-invalid');
    await failure(run(join(folder, 'none.npy'), 'x'), 'usage');
    expect(existsSync(join(folder, 'x'))).to.equal(false);
  });

  it('refuses wrong usage with a sentence', async () => {
    const calls: string[][] = [
      [],
      ['delete'],
      ['list', 'small'],
      ['list', '--colour'],
      ['import', '--name', 'x'],
      ['import', join(folder, 'best.model')],
      ['import', join(folder, 'none.model'), '--name', 'x'],
      ['init', '--name', '../x'],
      ['init', '--name', 'x', '--seed', 'one'],
      ['init', '--name', 'x', '--head-base', '0'],
      ['export', 'small'],
      ['run', 'small', '--out', folder],
      ['run', 'small', '--cine', 'a.npy', '--out', folder, '--device', 'tpu'],
    ];
    for (const argv of calls) {
      const error = await model(...argv).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error, argv.join(' ')).to.be.instanceOf(NodeError);
      expect((error as NodeError).code, argv.join(' ')).to.equal('usage');
    }
  });

  it('as a process: help, and exit code 2 with the versions that exist', async () => {
    const help = await runCli(['model', 'import', '--help']);
    expect(help.exitCode).to.equal(0);
    expect(help.stdout).to.include('cinemyops model import CHECKPOINT --name VERSION');
    const missing = await runCli(['model', 'export', 'nope', '--out', join(folder, 'y')], {
      CINEMYOPS_MODELS_DIR: modelsDir,
    });
    expect(missing.exitCode).to.equal(2);
    expect(missing.stderr).to.include("expected model 'nope'").and.to.include('small');
  });
});
