// The configuration of `cinemyops serve`, of which other commands use parts: flag > environment > file > default, checked
// once, frozen.
import { z } from 'zod';
import { NodeError, messageOf } from './errors.ts';
import { SERVE_SETTINGS } from './serve-settings.ts';
import {
  CONFIG_FILE_VARIABLE,
  readSecretFile,
  readSettings,
  waysToGive,
  type Setting,
  type SettingSources,
} from './settings.ts';

/** Flags and variables are text; the file has numbers. */
const number = (schema: z.ZodNumber) =>
  z.preprocess(
    (given) => (typeof given === 'string' && given.trim() !== '' ? Number(given) : given),
    schema,
  );

const webUrl = z
  .url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:8042' })
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
    error: 'expected a URL without user and password: they have settings of their own',
  });
const text = z.string().min(1);
const seconds = (least: number) => number(z.number().min(least).max(86_400));

const serveSchema = z.strictObject({
  orthanc: z
    .strictObject({
      url: webUrl.default('http://127.0.0.1:8042'),
      user: text.optional(),
      password: text.optional(),
      passwordFile: text.optional(),
      dicomWebRoot: z.string().startsWith('/').default('/dicom-web'),
      timeoutSeconds: seconds(0.1).default(30),
      registerUrl: webUrl.optional(),
    })
    .prefault({}),
  listen: z
    .strictObject({
      pollSeconds: seconds(0.05).default(2),
      sweepSeconds: seconds(0.05).default(600),
      waitSeconds: seconds(0).default(300),
      maxStudyMegabytes: number(z.number().positive()).default(4000),
      backlogDays: number(z.number().min(0).max(100_000)).default(30),
    })
    .prefault({}),
  stateDir: text.default('state'),
  web: z
    .strictObject({
      host: text.default('127.0.0.1'),
      port: number(z.int().min(0).max(65_535)).default(8043),
      user: text.default('cinemyops'),
      password: text.optional(),
      passwordFile: text.optional(),
    })
    .prefault({}),
  model: z
    .strictObject({
      version: text.optional(),
      dir: text.optional(),
      device: z.enum(['auto', 'cpu', 'webgpu', 'cuda']).default('auto'),
    })
    .prefault({}),
  nightly: z
    .strictObject({
      schedule: text.optional(),
      steps: number(z.int().min(1).max(1_000_000)).default(2000),
      simulatedExams: number(z.int().min(2).max(8999)).default(500),
      learningRate: number(z.number().positive().max(1)).default(0.0003),
    })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') })
    .prefault({}),
});

/** Everything that `serve` may be told; secrets are already read from their files. */
export type ServeConfig = Readonly<z.infer<typeof serveSchema>>;

/** A part of the configuration that a command can ask for. */
export type Section = keyof ServeConfig;

/**
 * The configuration of `cinemyops serve`.
 *
 * @throws {NodeError} `configuration-invalid` with every problem, one a line, each with its path and
 *   the ways to give it, and never with a secret's value
 */
export function resolveServeConfig(sources: SettingSources): ServeConfig {
  return resolveSections(sources, Object.keys(serveSchema.shape) as Section[]);
}

/**
 * The sections that a command uses. Values of other sections must still be such as `serve` takes, but their secrets are
 * not read, nor must they be complete.
 *
 * @throws {NodeError} `configuration-invalid` as `resolveServeConfig` does
 */
export function resolveSections<S extends Section>(
  sources: SettingSources,
  sections: readonly S[],
): Pick<ServeConfig, S> {
  const { values, problems } = readSettings(SERVE_SETTINGS, sources);
  const parsed = serveSchema.safeParse(values);
  const all = [...problems];
  if (parsed.success) {
    const used = new Set<Section>(sections);
    const config: ServeConfig = {
      ...parsed.data,
      ...(used.has('orthanc') && { orthanc: usableOrthanc(parsed.data.orthanc, all) }),
      ...(used.has('web') && { web: usableWeb(parsed.data.web, all) }),
    };
    if (all.length === 0) return deepFreeze(only(config, sections));
  } else {
    for (const issue of parsed.error.issues) all.push(describeIssue(issue));
  }
  throw new NodeError(
    'configuration-invalid',
    `the configuration is not usable:\n- ${all.join('\n- ')}`,
  );
}

/** The settings as the help shows them. */
export function settingsHelp(settings: readonly Setting[]): string {
  const config = helpLines('--config FILE', 'JSON file with the same settings by section');
  const lines = settings.map((setting) => {
    const { flag, variable, valueName, help } = setting;
    const standard = defaultOf(setting.path);
    const text = standard === undefined ? help : `${help} [${standard}]`;
    if (flag === undefined) return helpLines(`${variable}=${valueName}`, text);
    return `${helpLines(`--${flag} ${valueName}`, text)}\n${helpLines('', variable)}`;
  });
  return [config, helpLines('', CONFIG_FILE_VARIABLE), ...lines].join('\n');
}

const helpLines = (left: string, right: string): string => `  ${left.padEnd(36)}${right}`;

function defaultOf(path: string): string | undefined {
  let value: unknown = serveSchema.parse({});
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function only<S extends Section>(
  config: ServeConfig,
  sections: readonly S[],
): Pick<ServeConfig, S> {
  return Object.fromEntries(sections.map((name) => [name, config[name]])) as Pick<ServeConfig, S>;
}

function usableOrthanc(
  orthanc: ServeConfig['orthanc'],
  problems: string[],
): ServeConfig['orthanc'] {
  const password = secret('orthanc', orthanc, problems);
  if ((orthanc.user === undefined) !== (password === undefined))
    problems.push('orthanc.user and orthanc.password: give both or neither');
  return { ...orthanc, password, passwordFile: undefined };
}

function usableWeb(web: ServeConfig['web'], problems: string[]): ServeConfig['web'] {
  const password = secret('web', web, problems);
  if (password === undefined && !isLoopback(web.host))
    problems.push('web.password: needed when web.host can be reached from other machines');
  return { ...web, password, passwordFile: undefined };
}

function secret(
  section: string,
  given: { readonly password?: string | undefined; readonly passwordFile?: string | undefined },
  problems: string[],
): string | undefined {
  if (given.passwordFile === undefined) return given.password;
  if (given.password !== undefined) {
    problems.push(`${section}.password and ${section}.passwordFile: give one of them`);
    return undefined;
  }
  try {
    return readSecretFile(given.passwordFile);
  } catch (error) {
    problems.push(`${section}.passwordFile: ${messageOf(error)}`);
    return undefined;
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  const setting = SERVE_SETTINGS.find((candidate) => candidate.path === path);
  const where = setting === undefined ? path : `${path} (${waysToGive(setting)})`;
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[])
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
