// Flags that the subcommands of `cinemyops model` share.
import { join } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf, NodeError } from '../../errors.ts';
import { VERSION_PATTERN } from '../../network/model/manifest.ts';
import type { CommandIo } from '../command.ts';
import { MODELS_DIR } from '../open-network.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** One subcommand's flags and how many names it takes. */
export interface ModelFlags<T extends Options> {
  readonly options: T;
  /** How the help shows what follows the subcommand; more than these are refused. */
  readonly positionals: readonly string[];
}

/** @throws {NodeError} `usage` naming what is missing or too much */
export function parseModelArgs<const T extends Options>(
  argv: readonly string[],
  { options, positionals: names }: ModelFlags<T>,
) {
  const parsed = parseModelFlags(argv, options);
  const { positionals } = parsed;
  if (positionals.length < names.length) {
    throw usage(`expected ${names.slice(positionals.length).join(' ')}, got nothing`);
  }
  if (positionals.length > names.length) {
    throw usage(`unexpected argument '${positionals[names.length]}'`);
  }
  return parsed;
}

/** As `parseModelArgs`, with any number of names. */
export function parseModelFlags<const T extends Options>(argv: readonly string[], options: T) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...options, 'models-dir': { type: 'string' as const } },
    });
  } catch (error) {
    throw new NodeError('usage', messageOf(error), { cause: error });
  }
}

/** Flag over environment over the program's own folder. */
export function modelsDirOf(
  values: { readonly 'models-dir'?: string | undefined },
  { env }: Pick<CommandIo, 'env'>,
): string {
  const fromEnvironment = env['CINEMYOPS_MODELS_DIR'];
  return (
    values['models-dir'] ?? (fromEnvironment === '' ? undefined : fromEnvironment) ?? MODELS_DIR
  );
}

/**
 * Where a new model goes.
 *
 * @throws {NodeError} `usage` when --name is missing or would lead elsewhere
 */
export function newModelFolder(
  values: { readonly name?: string | undefined; readonly 'models-dir'?: string | undefined },
  io: CommandIo,
): string {
  const name = required('name', values.name);
  if (VERSION_PATTERN.test(name)) return join(modelsDirOf(values, io), name);
  throw usage(`--name: expected letters, digits, '.', '_' and '-' (at most 64), got '${name}'`);
}

/** @throws {NodeError} `usage` when the flag was not given */
export function required(flag: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw usage(`expected --${flag}, got none`);
}

/** @throws {NodeError} `usage` when the flag is not a whole number within the range */
export function wholeNumber(
  flag: string,
  text: string,
  [low, high]: readonly [number, number],
): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= low && value <= high) return value;
  throw usage(`--${flag}: expected a whole number from ${low} to ${high}, got '${text}'`);
}

export function usage(message: string): NodeError {
  return new NodeError('usage', message);
}
