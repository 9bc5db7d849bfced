// `cinemyops model export`
import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeError } from '../../errors.ts';
import { EXIT } from '../../exit-code.ts';
import { loadModel } from '../../network/model/load-model.ts';
import { MODEL_FILES } from '../../network/model/manifest.ts';
import { findModel } from '../../network/model/model-library.ts';
import type { CommandIo } from '../command.ts';
import { modelsDirOf, parseModelArgs, required, usage } from './model-args.ts';

const EXPORTED = [...Object.values(MODEL_FILES), 'manifest.json', 'MODEL_CARD.md'];

export async function exportModel(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseModelArgs(argv, {
    options: { out: { type: 'string' } },
    positionals: ['VERSION'],
  });
  const outDir = required('out', values.out);
  const { folder } = await loadModel(await findModel(modelsDirOf(values, io), positionals[0]));
  const isFile = await Promise.all(EXPORTED.map((name) => isFileAt(join(folder, name))));
  const missing = EXPORTED.find((_, i) => !isFile[i]);
  if (missing !== undefined) {
    throw new NodeError(
      'model-invalid',
      `model ${positionals[0]} lacks ${missing}: copy its folder anew from where it was made`,
    );
  }
  await mkdir(outDir, { recursive: true });
  const present = await readdir(outDir);
  const clash = EXPORTED.find((name) => present.includes(name));
  if (clash !== undefined) throw usage(`${outDir} has ${clash} already: choose another folder`);
  for (const name of EXPORTED) {
    await cp(join(folder, name), join(outDir, name), {
      dereference: true,
      errorOnExist: true,
      force: false,
    });
    io.stdout(`${join(outDir, name)}\n`);
  }
  return EXIT.done;
}

async function isFileAt(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
