// `cinemyops model list`
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import { EXIT } from '../../exit-code.ts';
import { readManifest } from '../../network/model/load-model.ts';
import type { Manifest } from '../../network/model/manifest.ts';
import { listVersions } from '../../network/model/model-library.ts';
import { parameterSpecs, sizeOf } from '../../network/parameters.ts';
import type { CommandIo } from '../command.ts';
import { modelsDirOf, parseModelArgs } from './model-args.ts';

interface Listed {
  readonly version: string;
  /** Why it cannot be used; absent when its manifest is in order. */
  readonly problem?: string;
  readonly isTrained?: boolean;
  readonly origin?: Manifest['origin']['kind'];
  readonly parameterCount?: number;
  readonly deviceUid?: string;
}

export async function listModels(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseModelArgs(argv, {
    options: { json: { type: 'boolean' } },
    positionals: [],
  });
  const modelsDir = modelsDirOf(values, io);
  const listed: Listed[] = [];
  for (const version of await listVersions(modelsDir)) {
    listed.push(await describe(modelsDir, version));
  }
  if (values.json === true) io.stdout(`${JSON.stringify(listed, null, 2)}\n`);
  else if (listed.length === 0) io.stdout(`no models in ${modelsDir}\n`);
  else for (const model of listed) io.stdout(`${lineOf(model)}\n`);
  return EXIT.done;
}

async function describe(modelsDir: string, version: string): Promise<Listed> {
  try {
    const { isTrained, origin, architecture, deviceUid } = await readManifest(
      join(modelsDir, version),
    );
    const trained = parameterSpecs(architecture).filter((spec) => spec.isTrained);
    const parameterCount = trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return { version, isTrained, origin: origin.kind, parameterCount, deviceUid };
  } catch (error) {
    return { version, problem: messageOf(error) };
  }
}

function lineOf({
  version,
  problem,
  isTrained,
  origin,
  parameterCount,
  deviceUid,
}: Listed): string {
  if (problem !== undefined) return `${version}  not usable: ${problem}`;
  const count = `${((parameterCount ?? 0) / 1e6).toFixed(2)} M parameters`;
  return `${version}  ${isTrained === true ? 'trained' : 'UNTRAINED'}  ${origin ?? ''}  ${count}  ${deviceUid ?? ''}`;
}
