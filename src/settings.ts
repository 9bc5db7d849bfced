// Settings from flags, environment, a JSON file and defaults, merged before one schema judges them.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { NodeError, messageOf } from './errors.ts';

export const CONFIG_FILE_VARIABLE = 'CINEMYOPS_CONFIG';

/** One setting and every way to give it. */
export interface Setting {
  /** Where it lies in the configuration, for example `orthanc.url`. */
  readonly path: string;
  /** Without the dashes; absent for a secret, which anyone could read in the list of processes. */
  readonly flag?: string;
  readonly variable: string;
  /** How the help shows the value, for example `URL`. */
  readonly valueName: string;
  readonly help: string;
}

export interface SettingSources {
  /** Arguments that follow the command's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What the sources say, not yet checked, and what is wrong with the sources themselves. */
export interface RawSettings {
  readonly values: Record<string, unknown>;
  readonly problems: readonly string[];
}

/** How a person may give this setting, for messages. */
export function waysToGive({ flag, variable }: Setting): string {
  return flag === undefined ? variable : `--${flag}, ${variable}`;
}

/**
 * Merges flag over environment over file.
 *
 * An empty variable counts as absent, since Docker Compose passes unset variables so.
 */
export function readSettings(settings: readonly Setting[], sources: SettingSources): RawSettings {
  const problems: string[] = [];
  const flags = readFlags(settings, sources.argv, problems);
  const configFile = flags.get('config') ?? nonEmpty(sources.env[CONFIG_FILE_VARIABLE]);
  const values = configFile === undefined ? {} : readJsonFile(configFile, problems);
  for (const setting of settings) {
    const given =
      (setting.flag === undefined ? undefined : flags.get(setting.flag)) ??
      nonEmpty(sources.env[setting.variable]);
    if (given !== undefined) place(values, setting.path, given);
  }
  return { values, problems };
}

/**
 * The first line of a file that holds a secret.
 *
 * @throws {NodeError} `configuration-invalid` when the file cannot be read or is empty
 */
export function readSecretFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new NodeError('configuration-invalid', `cannot read ${file}: ${systemReason(error)}`);
  }
  const secret = text.split(/\r?\n/, 1)[0] ?? '';
  if (secret === '')
    throw new NodeError('configuration-invalid', `the first line of ${file} is empty`);
  return secret;
}

function readFlags(
  settings: readonly Setting[],
  argv: readonly string[],
  problems: string[],
): Map<string, string> {
  const known = new Set([...settings.flatMap((s) => s.flag ?? []), 'config']);
  const options = Object.fromEntries([...known].map((flag) => [flag, { type: 'string' as const }]));
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const flags = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`unexpected argument "${token.value}"`);
    if (token.kind !== 'option') continue;
    if (!known.has(token.name)) problems.push(`unknown flag ${token.rawName}; see --help`);
    else if (token.value === undefined || token.value === '')
      problems.push(`--${token.name} needs a value`);
    else flags.set(token.name, token.value);
  }
  return flags;
}

function readJsonFile(file: string, problems: string[]): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    problems.push(`cannot read the configuration file ${file}: ${systemReason(error)}`);
    return {};
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRecord(parsed)) return parsed;
    problems.push(`${file}: expected one JSON object`);
  } catch {
    // The parser's own message quotes the file, and the file may hold a password.
    problems.push(`${file} is not valid JSON`);
  }
  return {};
}

function place(values: Record<string, unknown>, path: string, value: string): void {
  const keys = path.split('.');
  const last = keys.pop();
  if (last === undefined) return;
  let section = values;
  for (const key of keys) {
    const present = section[key];
    const next: Record<string, unknown> = isRecord(present) ? present : {};
    section[key] = next;
    section = next;
  }
  section[last] = value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function systemReason(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' ? 'it does not exist' : messageOf(error);
}
