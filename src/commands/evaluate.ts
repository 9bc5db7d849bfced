// `cinemyops evaluate`: how good a model is, on cases of which the truth is known.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveSections, settingsHelp, type ServeConfig } from '../config.ts';
import { NodeError } from '../errors.ts';
import { blandAltmanSvg } from '../evaluate/bland-altman-svg.ts';
import type { CaseResult, Picture } from '../evaluate/case-result.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { parseSpec, type EvaluationSpec } from '../evaluate/spec.ts';
import { summarise, type EvaluationSummary } from '../evaluate/summary.ts';
import { caseText, summaryText } from '../evaluate/evaluation-text.ts';
import { seenSeeds } from '../evaluate/trained-seeds.ts';
import { EXIT } from '../exit-code.ts';
import { withMirroring } from '../infer/mirrored-session.ts';
import type { ModelIdentity } from '../model-identity.ts';
import { readManifest } from '../network/model/load-model.ts';
import { findModel } from '../network/model/model-library.ts';
import { SERVE_SETTINGS } from '../serve-settings.ts';
import { dataBehind } from '../train/training-record.ts';
import type { Command, CommandIo } from './command.ts';
import { DEFAULT_MODEL, isBuiltIn, MODELS_DIR, openNetwork } from './open-network.ts';
import { readInput } from './read-input.ts';
import { showProgress } from './show-progress.ts';

/** Settings of `serve` that `evaluate` takes too. */
const SHARED = SERVE_SETTINGS.filter(({ path }) => path.startsWith('model.'));

const HELP = `cinemyops evaluate --data SPEC [--data SPEC ...] [--model VERSION] [--out DIR] [--json]

Compares a model with what is known of each case, and prints a few lines a case and a summary. SPEC:
  simulate:seeds=9000-9009[,condition=healthy]
                   simulated hearts, written as DICOM and taken through the whole pipeline;
                   seeds 9000 to 9999 are kept for evaluation: never train on them; more options:
                   style=prior, slices=N, phases=N, matrix=N, as simulate takes them
  sunnybrook:DIR   DIR/contours/NAME with contours in the Sunnybrook text format, and the images of
                   NAME as a folder or archive, found by its name or by a table DIR/*.csv
  sunnybrook-png:DIR
                   stills as train takes them, a case a patient; DIR,only=K/N the Kth of N parts of
                   the patients, where the model was trained on DIR,without=K/N; DIR,contours=DIR2
                   those with contours in DIR2, of whom myocardium is compared too
  labels:DIR       (or layout:DIR) DIR/imagesTr/CaseXXXX_sNN_0000.nii.gz ..., DIR/labelsTr/CaseXXXX_sNN.nii.gz
  dicom:DIR        one exam of which nothing is known: its numbers and pictures

Options:
  --out DIR        write evaluation.json, a picture a case (truth green, model red) and a
                   Bland-Altman plot a number; made when it does not exist
  --json           print evaluation.json to stdout in place of the tables
  --mirror         average the network over four mirrorings of each image; four times slower
${settingsHelp(SHARED)}

Progress goes to stderr; a case that cannot be segmented is counted as failed.
Exit codes: 0 done, 2 usage or configuration, 3 data refused, 1 anything else, also when every case
failed.
`;

interface EvaluateArgs {
  readonly specs: readonly EvaluationSpec[];
  readonly outDir: string | undefined;
  readonly isJson: boolean;
  readonly isMirrored: boolean;
  readonly model: ServeConfig['model'];
}

/** The content of evaluation.json. */
interface Evaluation {
  readonly schema: 'cinemyops-evaluation-1';
  readonly model: ModelIdentity;
  readonly isMirrored: boolean;
  readonly data: readonly string[];
  /** Seeds that the model was trained on: their figures prove nothing. */
  readonly seenSeeds: readonly number[];
  readonly summary: EvaluationSummary;
  readonly cases: readonly CaseResult[];
}

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'measure a model on cases of which the truth is known',
  help: HELP,
  run: runEvaluate,
};

async function runEvaluate(argv: readonly string[], io: CommandIo): Promise<number> {
  const args = parseEvaluateArgs(argv, io);
  const seen = seenSeeds(args.specs, await trainedOn(args.model));
  if (seen.length > 0)
    io.stderr(`WARNING: the model was trained on ${seen.length} of these seeds: ${seen[0]} ...\n`);
  const opened = await openNetwork(args.model, io);
  const network = args.isMirrored ? { ...opened, session: withMirroring(opened.session) } : opened;
  const { progress, end } = showProgress(io);
  const cases: CaseResult[] = [];
  const soFar = (): Evaluation => evaluationOf(args, { model: network.identity, seen, cases });
  try {
    if (args.outDir !== undefined) await mkdir(args.outDir, { recursive: true });
    const options = { network, progress, readInstances: readInput, signal: io.signal };
    for await (const { result, pictures } of evaluate(args.specs, options)) {
      cases.push(result);
      end();
      if (!args.isJson) io.stdout(`${caseText(result)}\n`);
      // After every case, so that an evaluation that is stopped leaves what it has found.
      if (args.outDir !== undefined) await writeEvaluation(args.outDir, soFar(), pictures);
    }
  } finally {
    end();
    await network.session.release();
  }
  io.stdout(args.isJson ? jsonOf(soFar()) : summaryText(soFar().summary));
  const isAllLost = cases.length > 0 && cases.every(({ outcome }) => outcome === 'failed');
  return isAllLost ? EXIT.failure : EXIT.done;
}

function evaluationOf(
  { specs, isMirrored }: EvaluateArgs,
  found: {
    readonly model: ModelIdentity;
    readonly seen: readonly number[];
    readonly cases: readonly CaseResult[];
  },
): Evaluation {
  return {
    schema: 'cinemyops-evaluation-1',
    model: found.model,
    isMirrored,
    data: specs.map(({ spec }) => spec),
    seenSeeds: found.seen,
    summary: summarise(found.cases),
    cases: [...found.cases],
  };
}

function parseEvaluateArgs(argv: readonly string[], io: CommandIo): EvaluateArgs {
  const shared = SHARED.flatMap((s) => s.flag ?? []);
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string', multiple: true },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      mirror: { type: 'boolean', default: false },
      config: { type: 'string' },
      ...Object.fromEntries(shared.map((flag) => [flag, { type: 'string' as const }])),
    },
  });
  const given: Readonly<Record<string, unknown>> = values;
  const passedOn = ['config', ...shared].flatMap((flag) => {
    const value = given[flag];
    return typeof value === 'string' ? [`--${flag}=${value}`] : [];
  });
  if (values.data === undefined) throw new NodeError('usage', 'expected --data SPEC, got none');
  return {
    specs: values.data.map(parseSpec),
    outDir: values.out,
    isJson: values.json,
    isMirrored: values.mirror,
    model: resolveSections({ argv: passedOn, env: io.env }, ['model']).model,
  };
}

/** The data that the model's manifest says it, and those that it began with, were trained on; nothing, of the untrained one. */
async function trainedOn({
  version = DEFAULT_MODEL,
  dir = MODELS_DIR,
}: ServeConfig['model']): Promise<string[]> {
  if (await isBuiltIn(version, dir)) return [];
  const { training } = await readManifest(await findModel(dir, version));
  return dataBehind(training);
}

async function writeEvaluation(
  outDir: string,
  evaluation: Evaluation,
  pictures: readonly Picture[],
): Promise<void> {
  for (const { name, bytes } of pictures) await writeFile(join(outDir, name), bytes);
  await writeFile(join(outDir, 'evaluation.json'), jsonOf(evaluation));
  for (const { name, unit, pairs } of evaluation.summary.numbers) {
    if (pairs.length === 0) continue;
    const file = `bland-altman-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.svg`;
    await writeFile(join(outDir, file), blandAltmanSvg(`${name}, ${unit}`, pairs));
  }
}

const jsonOf = (evaluation: Evaluation): string => `${JSON.stringify(evaluation, null, 2)}\n`;
