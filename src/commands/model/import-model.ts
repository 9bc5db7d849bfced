// `cinemyops model import`
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { NodeError } from '../../errors.ts';
import { EXIT } from '../../exit-code.ts';
import { importCheckpoint } from '../../network/checkpoint/import-checkpoint.ts';
import { writeModel } from '../../network/model/write-model.ts';
import type { CommandIo } from '../command.ts';
import { newModelFolder, parseModelArgs, usage } from './model-args.ts';

/** The released network is 26 MB, 80 MB with its optimiser's state. */
const MAX_CHECKPOINT_BYTES = 1024 ** 3;

export async function importModel(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseModelArgs(argv, {
    options: { name: { type: 'string' }, random: { type: 'boolean' } },
    positionals: ['CHECKPOINT'],
  });
  const folder = newModelFolder(values, io);
  const file = await readCheckpoint(positionals[0]);
  const { architecture, parameters } = importCheckpoint(file);
  const manifest = await writeModel(folder, {
    architecture,
    parameters,
    isTrained: values.random !== true,
    origin: {
      kind: 'imported',
      checkpointSha256: createHash('sha256').update(file).digest('hex'),
    },
  });
  io.stdout(
    `${manifest.version}: encoder ${architecture.encoderWidths.join('-')}, head ${architecture.headWidths.join('-')}, in ${folder}\n`,
  );
  return EXIT.done;
}

async function readCheckpoint(path: string): Promise<Buffer> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new NodeError('usage', `cannot read the checkpoint ${basename(path)}: check the path`, {
      cause,
    });
  });
  if (!found.isFile()) throw usage(`expected a file, got ${basename(path)}, which is none`);
  if (found.size > MAX_CHECKPOINT_BYTES) {
    throw new NodeError(
      'checkpoint-invalid',
      `expected a checkpoint of at most ${MAX_CHECKPOINT_BYTES} bytes, got one of ${found.size}`,
    );
  }
  return readFile(path);
}
