#!/usr/bin/env node
// argv + environment -> command: the only reader of process.env and setter of exit codes.
import { demoCommand } from './commands/demo.ts';
import { modelCommand } from './commands/model.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { processCommand } from './commands/process.ts';
import type { Command, CommandIo } from './commands/command.ts';
import { serveCommand } from './commands/serve.ts';
import { simulateCommand } from './commands/simulate.ts';
import { trainCommand } from './commands/train.ts';
import { NodeError, messageOf } from './errors.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { SOFTWARE } from './software.ts';

const COMMANDS: readonly Command[] = [
  processCommand,
  serveCommand,
  demoCommand,
  simulateCommand,
  trainCommand,
  evaluateCommand,
  modelCommand,
];

function overview(): string {
  const width = Math.max(...COMMANDS.map((c) => c.name.length));
  return [
    'cinemyops - CineMyoPS for Orthanc: scar and edema from contrast-free cine cardiac MR',
    '',
    'Usage: cinemyops COMMAND [ARGS]',
    '',
    ...COMMANDS.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`),
    '',
    'cinemyops COMMAND --help tells all of a command. Research use only.',
    'Exit codes: 0 done, 1 failure, 2 usage or configuration, 3 input refused.',
    '',
  ].join('\n');
}

/** From the first call on SIGINT and SIGTERM end nothing by themselves: whoever asks must look at it. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(new Error(`stopped by ${name}`));
    });
  }
  return controller.signal;
}

async function main(argv: readonly string[]): Promise<number> {
  const name = argv.at(0);
  const rest = argv.slice(1);
  const stdout = (text: string) => void process.stdout.write(text);
  const stderr = (text: string) => void process.stderr.write(text);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? stderr : stdout)(overview());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version') {
    stdout(`${SOFTWARE.version}\n`);
    return EXIT.done;
  }
  const command = COMMANDS.find((c) => c.name === name);
  if (command === undefined) {
    stderr(`cinemyops: no command '${name}'\n\n${overview()}`);
    return EXIT.usage;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    stdout(`${command.help.trimEnd()}\n`);
    return EXIT.done;
  }
  let signal: AbortSignal | undefined;
  const io: CommandIo = {
    stdout,
    stderr,
    env: process.env,
    isTerminal: process.stderr.isTTY,
    // A command that never asks is ended as any other program is.
    get signal() {
      return (signal ??= interruptSignal());
    },
  };
  try {
    return await command.run(rest, io);
  } catch (error) {
    const exitCode = exitCodeOf(error);
    stderr(`cinemyops ${name}: ${messageOf(error)}\n`);
    if (exitCode === EXIT.usage) stderr(`See cinemyops ${name} --help.\n`);
    if (!(error instanceof NodeError) && process.env['CINEMYOPS_DEBUG'] !== undefined) {
      stderr(`${error instanceof Error ? (error.stack ?? '') : ''}\n`);
    }
    return exitCode;
  }
}

process.exitCode = await main(process.argv.slice(2));
