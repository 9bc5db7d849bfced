// `cinemyops simulate`: a beating heart with known scar and edema, written as a scanner would.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { messageOf, NodeError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { contactSheet } from '../simulate/contact-sheet.ts';
import { CONDITIONS, STYLES } from '../simulate/parameters.ts';
import { type SimulatedExam, type SimulateOptions, simulateSteps } from '../simulate/simulate.ts';
import { npyFile, truthNumbers } from '../simulate/truth-files.ts';
import { VENDORS, type Vendor } from '../simulate/vendor-habits.ts';
import { writeSimulatedExam } from '../simulate/write-simulated-exam.ts';
import type { Command, CommandIo } from './command.ts';
import { showProgress } from './show-progress.ts';

const HELP = `cinemyops simulate --out DIR [--seed N] [options]

Simulates a short-axis cine exam of a beating heart whose scar, edema, volumes and motion are known,
and writes it as DICOM. The same seed and options give the same bytes. Writes to DIR:
  dicom/*.dcm    single-frame MR images; the patient is named Simulated^Heart
  truth.json     the true volumes, ejection fraction, mass, scar and edema
  labels.npy     with --truth: the true label of every voxel of every phase (NumPy)

Options:
  --out DIR        folder to write to; made when it does not exist
  --seed N         whole number from 0; default 1
  --vendor NAME    ge (default): one series; siemens: a series a slice; philips: several slices a
                   series, instance numbers in no order, trigger times that jitter
  --condition NAME healthy, infarct, dilated, hypertrophic or dyssynchronous; without it the seed
                   decides
  --healthy, --infarct  the same as --condition healthy, --condition infarct
  --style NAME     prior: contrast as cine has it; free: any contrast; any (default): the seed decides
  --slices N       3 to 30
  --phases N       8 to 60
  --matrix N       rows and columns, 48 to 512
  --preview FILE   also draw every slice at end diastole and end systole, with the truth, as PNG
  --truth          also write labels.npy

Progress goes to stderr.
Exit codes: 0 done, 2 usage, 1 anything else, also when stopped by Ctrl-C.
`;

interface SimulateArgs {
  readonly outDir: string;
  readonly seed: number;
  readonly vendor: Vendor;
  readonly preview: string | undefined;
  readonly writesLabels: boolean;
  readonly options: SimulateOptions;
}

export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'write a simulated cine exam whose scar and function are known',
  help: HELP,
  run: runSimulate,
};

async function runSimulate(argv: readonly string[], io: CommandIo): Promise<number> {
  const args = parseSimulateArgs(argv);
  const { progress, end } = showProgress(io);
  try {
    const exam = await simulate(args.seed, { ...args.options, progress });
    io.signal.throwIfAborted();
    const folder = join(args.outDir, 'dicom');
    await mkdir(folder, { recursive: true });
    const instances = writeSimulatedExam(exam, args.vendor);
    for (const [i, { name, bytes }] of instances.entries()) {
      progress('write', i, instances.length);
      await writeFile(join(folder, name), bytes);
    }
    progress('write', instances.length, instances.length);
    const truth = `${JSON.stringify(truthNumbers(exam), undefined, 2)}\n`;
    await writeFile(join(args.outDir, 'truth.json'), truth);
    const { labels, shape } = exam.labels;
    if (args.writesLabels)
      await writeFile(join(args.outDir, 'labels.npy'), npyFile(labels, '|u1', shape));
    if (args.preview !== undefined) await writeFile(args.preview, contactSheet(exam));
    end();
    io.stdout(`${instances.length} images in ${folder}\n`);
    return EXIT.done;
  } finally {
    end();
  }
}

/** Slice by slice: signals are heard between two turns of the event loop alone. */
async function simulate(seed: number, options: SimulateOptions): Promise<SimulatedExam> {
  const steps = simulateSteps(seed, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await turn();
  }
}

function parseSimulateArgs(argv: readonly string[]): SimulateArgs {
  const { values } = parse(argv);
  if (values.out === undefined) throw usage('expected --out DIR, got none');
  const vendor = VENDORS.find((name) => name === (values.vendor ?? 'ge'));
  if (vendor === undefined)
    throw usage(`expected --vendor ${VENDORS.join(' or ')}, got "${values.vendor ?? ''}"`);
  const named = [
    ...(values.condition === undefined ? [] : [values.condition]),
    ...(['healthy', 'infarct'] as const).filter((flag) => values[flag]),
  ];
  if (named.length > 1) throw usage(`expected one condition, got ${named.join(' and ')}`);
  const wanted = named.at(0);
  const condition = CONDITIONS.find((name) => name === wanted);
  if (condition !== wanted)
    throw usage(`expected --condition ${CONDITIONS.join(' or ')}, got "${wanted ?? ''}"`);
  const style = STYLES.find((name) => name === (values.style ?? 'any'));
  if (style === undefined)
    throw usage(`expected --style ${STYLES.join(' or ')}, got "${values.style ?? ''}"`);
  return {
    outDir: values.out,
    seed: wholeNumber('seed', values.seed ?? '1', [0, Number.MAX_SAFE_INTEGER]),
    vendor,
    preview: values.preview,
    writesLabels: values.truth === true,
    options: {
      style,
      ...(condition === undefined ? {} : { condition }),
      ...optional('slices', values.slices, [3, 30]),
      ...optional('phases', values.phases, [8, 60]),
      ...optional('matrix', values.matrix, [48, 512]),
    },
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        out: { type: 'string' },
        seed: { type: 'string' },
        vendor: { type: 'string' },
        condition: { type: 'string' },
        infarct: { type: 'boolean' },
        healthy: { type: 'boolean' },
        style: { type: 'string' },
        slices: { type: 'string' },
        phases: { type: 'string' },
        matrix: { type: 'string' },
        preview: { type: 'string' },
        truth: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw usage(messageOf(error), error);
  }
}

function optional(
  name: 'slices' | 'phases' | 'matrix',
  text: string | undefined,
  range: readonly [number, number],
): SimulateOptions {
  return text === undefined ? {} : { [name]: wholeNumber(name, text, range) };
}

function wholeNumber(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw usage(`expected --${name} as a whole number from ${least} to ${most}, got "${text}"`);
  return value;
}

const usage = (problem: string, cause?: unknown): NodeError =>
  new NodeError('usage', `${problem}; see cinemyops simulate --help`, { cause });
