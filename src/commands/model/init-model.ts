// `cinemyops model init`
import { EXIT } from '../../exit-code.ts';
import { type Architecture, doublingWidths } from '../../network/architecture.ts';
import { writeModel } from '../../network/model/write-model.ts';
import { initialParameters } from '../../network/parameters.ts';
import { createRandom } from '../../random.ts';
import type { CommandIo } from '../command.ts';
import { newModelFolder, parseModelArgs, wholeNumber } from './model-args.ts';

const LARGEST_WIDTH = 1024;

export async function initModel(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseModelArgs(argv, {
    options: {
      name: { type: 'string' },
      seed: { type: 'string', default: '1' },
      'encoder-base': { type: 'string', default: '8' },
      'head-base': { type: 'string', default: '32' },
      'head-cap': { type: 'string', default: '320' },
      texture: { type: 'boolean', default: false },
    },
    positionals: [],
  });
  const folder = newModelFolder(values, io);
  const seed = wholeNumber('seed', values.seed, [0, Number.MAX_SAFE_INTEGER]);
  const width = (flag: 'encoder-base' | 'head-base' | 'head-cap'): number =>
    wholeNumber(flag, values[flag], [1, LARGEST_WIDTH]);
  const architecture: Architecture = {
    encoderWidths: doublingWidths(width('encoder-base')),
    headWidths: doublingWidths(width('head-base'), width('head-cap')),
    hasTextureChannel: values.texture,
  };
  const { normal } = createRandom(`model ${seed}`);
  const manifest = await writeModel(folder, {
    architecture,
    parameters: initialParameters(architecture, normal),
    isTrained: false,
    origin: { kind: 'seeded', seed },
  });
  io.stdout(`${manifest.version}: UNTRAINED, seed ${seed}, in ${folder}\n`);
  return EXIT.done;
}
