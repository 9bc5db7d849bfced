// `cinemyops model export`
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
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
  await mkdir(outDir, { recursive: true });
  const present = await readdir(outDir);
  const clash = EXPORTED.find((name) => present.includes(name));
  if (clash !== undefined) throw usage(`${outDir} has ${clash} already: choose another folder`);
  for (const name of EXPORTED) {
    await cp(join(folder, name), join(outDir, name), { errorOnExist: true, force: false });
    io.stdout(`${join(outDir, name)}\n`);
  }
  return EXIT.done;
}
