// `cinemyops train`: from labelled cine to a model version.
import { join } from 'node:path';
import { EXIT } from '../exit-code.ts';
import { loadModel } from '../network/model/load-model.ts';
import { type Manifest, RELEASED_INPUT } from '../network/model/manifest.ts';
import { requireModelPlace, writeModel } from '../network/model/write-model.ts';
import { loadCheckpoint } from '../train/checkpoint.ts';
import { parsePlan, type TrainingPlan } from '../train/plan.ts';
import { planOfModel } from '../train/plan-of-model.ts';
import {
  resumeTraining,
  startTraining,
  type TrainingOutcome,
  type TrainingParts,
} from '../train/train.ts';
import { findsPathology, trainingRecord } from '../train/training-record.ts';
import type { Command, CommandIo } from './command.ts';
import { parseTrainArgs, type StartArgs, type TrainArgs } from './train-args.ts';
import { trainingProgress } from './training-progress.ts';

const HELP = `cinemyops train --data SPEC [--data SPEC ...] --name VERSION [options]
cinemyops train --resume --out DIR [--epochs N] [--patience N] [--keep WHICH] [--from-share A]

Trains CineMyoPS and writes the model version MODELS/VERSION. SPEC is one of
  simulate:seeds=1-5000   simulated exams, one patient a seed; ,condition=healthy (or infarct,
                          dilated, hypertrophic, dyssynchronous) for these alone, then ,style=prior
                          as cine looks, ,style=free of any contrast, else both
  layout:DIR              the authors' layout: DIR/imagesTr/CaseXXXX_sNN_0000.nii.gz and so on,
                          DIR/labelsTr/CaseXXXX_sNN.nii.gz
  nifti:DIR               4D exams NAME.nii.gz whose first phase is end diastole, NAME_label.nii.gz
                          beside each; challenge values (200, 500, 600, 1220, 2221) or 0 to 5
  dicom:DIR               a folder an exam: cine and the DICOM SEG that an expert drew on it; those
                          that this program made are left out
  sunnybrook-png:DIR      still images with the LV endocardium drawn in: DIR/PATIENT/images/*.png
                          and DIR/PATIENT/labels_endo/*.png of the same names; DIR,without=K/N
                          leaves out the Kth of N parts of the patients, for cross-validation,
                          DIR,except=PATIENT one patient; DIR,contours=DIR2 takes the patients that
                          have Sunnybrook contour files in DIR2/PATIENT, and their epicardium too
Labels that a SPEC lacks train the terms that they can. Patients are held out for validation by a
hash of their id, never by slice. Writes to the folder of the run:
  checkpoint.safetensors  every two minutes, every epoch and at Ctrl-C; --resume goes on from it
  start.safetensors       with --from: the weights that it began with
  best.safetensors        the epoch that did best on held-out patients
  metrics.jsonl           a line an epoch
  report.html             curves and pictures of held-out slices

Options:
  --out DIR             folder of the run; default runs/VERSION. One that has a checkpoint is only
                        gone on with, by --resume; a version that exists is not trained again
  --models-dir DIR      folder of models; default the program's own (CINEMYOPS_MODELS_DIR)
  --cache DIR           folder for simulated slices, which take long to make; default runs/cache
  --engine NAME         auto (default), onnxruntime or tensorflow
  --device NAME         of onnxruntime: cpu (default), webgpu or cuda
  --from DIR            start from the weights of a model folder, with its widths, and its sides of
                        images unless --patch or --still-size say otherwise; its cautions go along
  --from-share A        share of those weights in the ones that are written, 0 to 1; default 0. Half
                        of each can keep what the older model was better at; also with --resume, of
                        a run that is over, once MODELS/VERSION is removed
  --epochs N            default 100; with --resume another length than the run was begun with
  --steps-per-epoch N   default 250
  --batch N             cine samples a step; default 2
  --stills N            single frames of a step that trains anatomy alone; default 6
  --stills-share A,B    share of such steps at the start and at the end; default 0.6,0.2
  --motion-share A      share of steps that train the pathology head alone on the true motion of
                        simulated hearts, four times as many; default 0.2
  --running-statistics-from P  progress from which BatchNorm keeps its statistics, as in use;
                        default 0.3; 0 goes well with --from
  --frames N            frames of a cine sample; default 6
  --patch MM            side of a sample, a multiple of 16; default 96, or that of --from
  --still-size PIXELS   side of a still, a multiple of 16; default 128, or that of --from
  --width N             first width of the encoder; default 12
  --head-width N        first width of the pathology head; default 16
  --optimiser NAME      adam (default) or sgd, as the authors train
  --learning-rate X     default 0.001; with sgd 0.01
  --momentum X          default 0.9; with sgd 0.99
  --patience N          epochs without a better score before training stops; default 30; also with
                        --resume, to go on with a run that stopped for it
  --keep WHICH          weights of the epoch that did best on held-out slices (best, default), or the
                        last, whose rate had fallen to nothing; also with --resume, of a run that is over
  --validation-slices N held-out slices that every epoch is judged on; default 24
  --no-augmentation     for tests
  --seed N              default 1

Progress goes to stderr. Research use only.
Exit codes: 0 done, 2 usage, 1 anything else, also when stopped by Ctrl-C.
`;

export const trainCommand: Command = {
  name: 'train',
  summary: 'train a model on simulated or labelled cine',
  help: HELP,
  run: runTrain,
};

async function runTrain(argv: readonly string[], io: CommandIo): Promise<number> {
  const args = parseTrainArgs(argv, io);
  const progress = trainingProgress(io, () => performance.now());
  const parts: TrainingParts = {
    folder: args.folder,
    cacheDir: args.cacheDir,
    engine: args.engine,
    device: args.device,
    signal: io.signal,
    now: () => performance.now(),
    report: (text) => {
      io.stderr(`${text}\n`);
    },
    onStart: progress.onStart,
    onStep: progress.onStep,
    onEpoch: progress.onEpoch,
  };
  await requireModelPlace(join(args.modelsDir, await versionOf(args)));
  const outcome = await runTraining(args, parts);
  if (outcome.ending === 'interrupted') {
    io.stderr(`stopped after ${outcome.steps} steps; go on with --resume --out ${args.folder}\n`);
    return EXIT.failure;
  }
  const folder = join(args.modelsDir, outcome.plan.version);
  await writeModel(folder, {
    architecture: outcome.plan.architecture,
    parameters: outcome.parameters,
    isTrained: true,
    findsPathology: findsPathology(outcome),
    cautions: outcome.plan.cautions,
    origin: { kind: 'trained' },
    // In use images are as large as in training, where pixels are of about 1 mm.
    input: {
      ...RELEASED_INPUT,
      regionSizeMm: outcome.plan.stillPixels,
      pathologySizeMm: outcome.plan.patchMm,
    },
    training: trainingRecord(outcome),
  });
  io.stdout(`${folder}\n`);
  return EXIT.done;
}

/** As the model's, but for the sides of images where the command line names them. */
function planFrom(manifest: Manifest, { plan, given }: StartArgs): TrainingPlan {
  return parsePlan({
    ...plan,
    ...planOfModel(manifest),
    ...(given.has('patchMm') && { patchMm: plan.patchMm }),
    ...(given.has('stillPixels') && { stillPixels: plan.stillPixels }),
  });
}

async function versionOf(args: TrainArgs): Promise<string> {
  const { version } = args.mode === 'start' ? args.plan : (await loadCheckpoint(args.folder)).plan;
  return version;
}

async function runTraining(args: TrainArgs, parts: TrainingParts): Promise<TrainingOutcome> {
  if (args.mode === 'resume') return resumeTraining(parts, args.changes);
  if (args.from === undefined) return startTraining(args.plan, parts);
  const { manifest, parameters } = await loadModel(args.from);
  const plan = planFrom(manifest, args);
  return startTraining(plan, { ...parts, initial: parameters });
}
