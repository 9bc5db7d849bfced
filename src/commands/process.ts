// `cinemyops process`: one exam from files or an Orthanc study, without a running node.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveSections, settingsHelp, type ServeConfig } from '../config.ts';
import { deliver } from '../deliver/deliver.ts';
import { NodeError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { createDicomWebStore } from '../orthanc/dicomweb.ts';
import { analyseExam } from '../pipeline.ts';
import type { DicomObject, ExamResult, ResultKind } from '../result.ts';
import { isAuthorsLayout } from '../nifti/authors-layout.ts';
import { SERVE_SETTINGS } from '../serve-settings.ts';
import type { Command, CommandIo } from './command.ts';
import { fetchStudy } from './fetch-study.ts';
import { summaryOf } from './findings-summary.ts';
import { openNetwork } from './open-network.ts';
import { connectionOf } from './serve/connection-of.ts';
import { ORTHANC_ID, readInput } from './read-input.ts';
import { processLayout } from './process-layout.ts';
import { showProgress } from './show-progress.ts';

/** Settings of `serve` that `process` takes too. */
const SHARED = SERVE_SETTINGS.filter(
  ({ path }) =>
    (path.startsWith('orthanc.') && path !== 'orthanc.registerUrl') || path.startsWith('model.'),
);

/** Of the configuration; `listen` limits the size of a study. */
const SECTIONS = ['orthanc', 'listen', 'model'] as const;

const HELP = `cinemyops process INPUT --out DIR [--model VERSION] [--store URL] [--json]

Analyses one cine cardiac MR exam. INPUT is a folder, a file, a zip of DICOM, or the id of a study
in Orthanc. Writes to DIR:
  anatomy.seg.dcm    LV blood, LV myocardium and RV blood in every phase
  pathology.seg.dcm  scar, edema and healthy myocardium at end diastole
  report.sr.dcm      the structured report
  findings.json      the same numbers, and why each series was taken or refused
A folder in the CineMyoPS authors' layout (CaseXXXX_sNN_0000.nii.gz ..., one slice a case, end diastole
first) is analysed too: DIR then gets CaseXXXX_sNN.nii.gz with labels 0 background, 1 myocardium,
2 LV blood, 4 edema, 5 scar.

Options:
  --out DIR                           folder to write to; made when it does not exist
  --store URL                         also store the results by STOW-RS, for example
                                      http://127.0.0.1:8042/dicom-web (with the Orthanc credentials)
  --json                              print findings.json to stdout
  --mirror                            authors' layout only: average the network over four mirrorings
                                      of each image; four times slower
${settingsHelp(SHARED)}

Progress goes to stderr. Research use only.
Exit codes: 0 done, 2 usage or configuration, 3 input refused (each candidate series with its
reason), 1 anything else, also when stopped by Ctrl-C.
`;

const FILE_NAMES: Readonly<Record<ResultKind, string>> = {
  'anatomy-seg': 'anatomy.seg.dcm',
  'pathology-seg': 'pathology.seg.dcm',
  'report-sr': 'report.sr.dcm',
};

interface ProcessArgs {
  readonly input: string;
  readonly outDir: string;
  readonly storeUrl: string | undefined;
  readonly isJson: boolean;
  readonly isMirrored: boolean;
  readonly config: Pick<ServeConfig, (typeof SECTIONS)[number]>;
}

export const processCommand: Command = {
  name: 'process',
  summary: 'analyse one exam from files or from an Orthanc study',
  help: HELP,
  run: runProcess,
};

async function runProcess(argv: readonly string[], io: CommandIo): Promise<number> {
  const { signal } = io;
  const args = parseProcessArgs(argv, io);
  const isLayout = await isAuthorsLayout(args.input);
  if (isLayout) assertLayoutArgs(args);
  else if (args.isMirrored) throw mirrorIsForLayout();
  const network = await openNetwork(args.config.model, io);
  const { progress, end } = showProgress(io);
  try {
    if (isLayout) {
      const { input, outDir, isMirrored } = args;
      const written = await processLayout(input, outDir, { network, isMirrored, progress });
      end();
      io.stderr(`${written} label files\n`);
      return EXIT.done;
    }
    const instances = ORTHANC_ID.test(args.input)
      ? await fetchStudy(args.input, args.config, { progress, signal })
      : await readInput(args.input);
    const result = await analyseExam(instances, { network, waitIsOver: true, progress });
    signal.throwIfAborted();
    await writeFiles(args.outDir, result);
    if (args.storeUrl !== undefined)
      await storeResults(args, args.storeUrl, { objects: result.objects, signal });
    end();
    if (args.isJson) io.stdout(`${JSON.stringify(result.findings, null, 2)}\n`);
    else io.stderr(summaryOf(result.findings));
  } finally {
    end();
    await network.session.release();
  }
  return EXIT.done;
}

function parseProcessArgs(argv: readonly string[], io: CommandIo): ProcessArgs {
  const shared = SHARED.flatMap((s) => s.flag ?? []);
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      store: { type: 'string' },
      json: { type: 'boolean', default: false },
      mirror: { type: 'boolean', default: false },
      config: { type: 'string' },
      ...Object.fromEntries(shared.map((flag) => [flag, { type: 'string' as const }])),
    },
  });
  const [input, ...more] = positionals;
  if (positionals.length === 0 || more.length > 0) {
    throw new NodeError('usage', `expected one INPUT, got ${positionals.length}`);
  }
  if (values.out === undefined) throw new NodeError('usage', 'expected --out DIR, got none');
  if (values.store !== undefined && !/^https?:\/\//.test(values.store)) {
    throw new NodeError(
      'usage',
      'expected --store with a URL such as http://127.0.0.1:8042/dicom-web',
    );
  }
  const given: Readonly<Record<string, unknown>> = values;
  const passedOn = ['config', ...shared].flatMap((flag) => {
    const value = given[flag];
    return typeof value === 'string' ? [`--${flag}=${value}`] : [];
  });
  return {
    input,
    outDir: values.out,
    storeUrl: values.store?.replace(/\/$/, ''),
    isJson: values.json,
    isMirrored: values.mirror,
    config: resolveSections({ argv: passedOn, env: io.env }, SECTIONS),
  };
}

/** Label files are no DICOM objects, and they have no findings. */
function assertLayoutArgs({ storeUrl, isJson }: ProcessArgs): void {
  if (storeUrl !== undefined || isJson)
    throw new NodeError('usage', 'expected a DICOM exam for --store and --json, got NIfTI slices');
}

/** One exam and one model give one result: a switch must not change what lies under the same UIDs. */
const mirrorIsForLayout = (): NodeError =>
  new NodeError('usage', "expected --mirror with a folder in the authors' layout, got other input");

async function writeFiles(outDir: string, { objects, findings }: ExamResult): Promise<void> {
  await mkdir(outDir, { recursive: true });
  for (const { kind, bytes } of objects) await writeFile(join(outDir, FILE_NAMES[kind]), bytes);
  await writeFile(join(outDir, 'findings.json'), `${JSON.stringify(findings, null, 2)}\n`);
}

/** What is being stored is finished; nothing is begun once the program is told to stop. */
async function storeResults(
  { config }: ProcessArgs,
  url: string,
  { objects, signal }: { readonly objects: readonly DicomObject[]; readonly signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  const connection = connectionOf({ ...config.orthanc, url });
  await deliver(objects, createDicomWebStore(connection), { signal });
}
