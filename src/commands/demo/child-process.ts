// A program that runs beside the demo, with its output in a file.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { NodeError } from '../../errors.ts';

const TAIL_LINES = 15;

export interface ChildOptions {
  /** For messages. */
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
}

export interface Child {
  readonly name: string;
  /** Rejects when the program ends. */
  readonly ended: Promise<never>;
  /** Asks it to end and waits until it has. */
  readonly stop: () => Promise<void>;
}

/** Starts a program that is to run until stopped. */
export function startChild(command: string, args: readonly string[], options: ChildOptions): Child {
  const { name, env, logFile } = options;
  const log = openSync(logFile, 'w');
  const child = spawn(command, args, { env, stdio: ['ignore', log, log] });
  closeSync(log);
  const exit = exitOf(child, name);
  const ended = exit.then(([code]): never => {
    const status = typeof code === 'number' ? `with exit code ${code}` : 'by a signal';
    throw new NodeError('internal', `${name} ended ${status}; its last lines:\n${tail(logFile)}`);
  });
  // Whoever waits for it hears of the rejection; until then it must not end the process.
  ended.catch(() => undefined);
  return {
    name,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await exit;
    },
  };
}

/** Runs a program to its end. */
export async function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<void> {
  const { name, env, logFile } = options;
  const log = openSync(logFile, 'w');
  const child = spawn(command, args, { env, stdio: ['ignore', log, log] });
  closeSync(log);
  const [code] = await exitOf(child, name);
  if (code !== 0)
    throw new NodeError('internal', `${name} failed; its last lines:\n${tail(logFile)}`);
}

async function exitOf(child: ChildProcess, name: string): Promise<[code: number | null]> {
  try {
    return (await once(child, 'exit')) as [number | null];
  } catch (cause) {
    throw new NodeError('usage', `${name} could not be started: is it installed?`, { cause });
  }
}

const tail = (file: string): string =>
  readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
