import { expect } from 'chai';
import { MODELS_DIR } from '../../src/commands/open-network.ts';
import { parseTrainArgs } from '../../src/commands/train-args.ts';
import { NodeError } from '../../src/errors.ts';

const START = ['--data', 'simulate:seeds=1-9', '--name', '1.0.0'];

const read = (argv: readonly string[], env: Record<string, string> = {}) =>
  parseTrainArgs(argv, { env });

function problemOf(argv: readonly string[]): string {
  try {
    read(argv);
  } catch (error) {
    expect(error).to.be.instanceOf(NodeError);
    expect((error as NodeError).code).to.equal('usage');
    return (error as NodeError).message;
  }
  throw new Error('expected a problem, got none');
}

describe('the command line of train', () => {
  it('lets a run that goes on have another length', () => {
    const args = read(['--resume', '--out', 'run', '--epochs', '7', '--keep', 'last']);
    expect(args).to.deep.include({ mode: 'resume', changes: { epochs: 7, keeps: 'last' } });
    expect(problemOf([...START, '--keep', 'all'])).to.contain('best or last');
  });

  it('gathers several sources and numbers', () => {
    const args = read([...START, '--data', 'layout:x', '--epochs', '7', '--width', '8']);
    if (args.mode !== 'start') throw new Error('expected a start');
    expect(args.plan.data).to.deep.equal(['simulate:seeds=1-9', 'layout:x']);
    expect(args.plan.epochs).to.equal(7);
    expect(args.plan.architecture.encoderWidths).to.deep.equal([8, 16, 32, 64, 128]);
    expect(args.folder).to.equal('runs/1.0.0');
  });

  it('writes to the folder of models that other commands take', () => {
    const env = { CINEMYOPS_MODELS_DIR: '/of/the/environment' };
    expect(read(START, env).modelsDir).to.equal('/of/the/environment');
    expect(read([...START, '--models-dir', 'm'], env).modelsDir).to.equal('m');
    expect(read(START, { CINEMYOPS_MODELS_DIR: '' }).modelsDir).to.equal(MODELS_DIR);
  });

  it('caps the head at ten times its first width, as released', () => {
    const args = read([...START, '--head-width', '32']);
    if (args.mode !== 'start') throw new Error('expected a start');
    expect(args.plan.architecture.headWidths).to.deep.equal([32, 64, 128, 256, 320]);
  });

  it('says what was expected', () => {
    expect(problemOf(['--name', 'x'])).to.contain('--data SPEC');
    expect(problemOf(['--data', 'simulate:seeds=1-2', '--name', '../x'])).to.contain('--name');
    expect(problemOf([...START, '--epochs', 'ten'])).to.contain(
      "--epochs with a number, got 'ten'",
    );
    expect(problemOf([...START, '--patch', '100'])).to.contain('patchMm');
    expect(problemOf([...START, '--still-size', '2048'])).to.contain('stillPixels');
    expect(problemOf([...START, '--engine', 'torch'])).to.contain('onnxruntime');
    expect(problemOf([...START, '--stills-share', '0.5'])).to.contain('stillsShare');
    expect(problemOf([...START, '--from', 'm', '--width', '8'])).to.contain('--from');
    expect(problemOf([...START, '--from-share', '0.5'])).to.contain('--from DIR');
    expect(problemOf([...START, '--from', 'm', '--from-share', '2'])).to.contain('fromShare');
    expect(problemOf([...START, '--colour', 'red'])).to.contain('--colour');
  });

  it('lets a run go on only as it began', () => {
    expect(read(['--resume', '--out', 'r'])).to.include({ mode: 'resume', folder: 'r' });
    expect(problemOf(['--resume'])).to.contain('--out');
    expect(problemOf(['--resume', '--out', 'r', '--batch', '3'])).to.contain('leave out --batch');
  });
});
