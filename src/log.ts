// Logs: JSON lines for machines, readable lines on a terminal, and no way in for patient data.
import { Writable } from 'node:stream';
import {
  pino,
  type Bindings,
  type ChildLoggerOptions,
  type Logger,
  type LoggerOptions,
} from 'pino';
import pretty from 'pino-pretty';
import { NodeError } from './errors.ts';
import { shortHash } from './fingerprint.ts';

export type Log = Logger;

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Readable lines instead of JSON. */
  readonly isTerminal: boolean;
  readonly write: (line: string) => void;
}

/**
 * The fields that may be logged, all of them free of patient data. Everything else is left out: a list
 * of what is forbidden would miss the next field that someone adds.
 */
const ALLOWED_FIELDS: ReadonlySet<string> = new Set([
  'attempt',
  'code',
  'count',
  'delayMs',
  'device',
  'durationMs',
  'epoch',
  'exams',
  'from',
  'instances',
  'job',
  'kind',
  'last',
  'megabytes',
  'method',
  'model',
  'orthancSeriesId',
  'orthancStudyId',
  'outcome',
  'part',
  'path',
  'port',
  'reason',
  'route',
  'score',
  'series',
  'signal',
  'since',
  'stage',
  'status',
  'stored',
  'trained',
  'url',
  'version',
]);

/** A DICOM UID, or what looks like one: it can name a patient's study. */
const UID = /\b\d+(?:\.\d+){4,}\b/g;

/** The text with every UID replaced by a short hash, from which it cannot be told. */
export function withoutUids(text: string): string {
  return text.replace(UID, (uid) => `uid:${shortHash(uid)}`);
}

/** The log of the program; `log.child({ job })` is the log of one job. */
export function createLog({ level, isTerminal, write }: LogSettings): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
    formatters: {
      level: (label) => ({ level: label }),
      log: allowedFields,
      bindings: allowedFields,
    },
    hooks: {
      logMethod(args, method) {
        const cleaned = args.map((arg: unknown) =>
          typeof arg === 'string' ? withoutUids(arg) : arg,
        );
        method.apply(this, cleaned as Parameters<typeof method>);
      },
    },
  };
  if (!isTerminal) return withGuardedChildren(pino(options, { write }));
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString());
      done();
    },
  });
  return withGuardedChildren(pino(options, pretty({ destination, colorize: true, sync: true })));
}

/** pino resets the formatter of bindings for children; this gives it to every child again. */
function withGuardedChildren(log: Log): Log {
  const original: unknown = Reflect.get(log, 'child');
  if (typeof original !== 'function') throw new TypeError('pino has no child loggers');
  const formatters = { bindings: allowedFields };
  return Object.assign(log, {
    child(this: Log, bindings: Bindings, options?: ChildLoggerOptions): unknown {
      return Reflect.apply(original, this, [bindings, { ...options, formatters }]);
    },
  });
}

/** Only named fields, and of these only numbers, truth values and text without UIDs. */
function allowedFields(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'err') kept[name] = value;
    else if (!ALLOWED_FIELDS.has(name)) continue;
    else if (typeof value === 'string') kept[name] = withoutUids(value);
    else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
  }
  return kept;
}

/**
 * Our own errors with their message, which is written without patient data; of foreign ones only
 * their type and place, since a parser may quote its input in its message.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (error instanceof NodeError) {
    const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
    return { type: error.name, code: error.code, message: withoutUids(error.message), ...cause };
  }
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { type: error.name, ...code, at: at.map((line) => line.trim()).slice(0, 8) };
}
