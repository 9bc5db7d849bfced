// `cinemyops model`: import, make, list, check, export and run networks.
import { NodeError } from '../errors.ts';
import type { Command, CommandIo } from './command.ts';
import { exportModel } from './model/export-model.ts';
import { importModel } from './model/import-model.ts';
import { initModel } from './model/init-model.ts';
import { listModels } from './model/list-models.ts';
import { rollBack } from './model/roll-back-model.ts';
import { runModel } from './model/run-model.ts';
import { verifyModels } from './model/verify-models.ts';

const HELP = `cinemyops model list   [--json]
cinemyops model verify [VERSION...]
cinemyops model import CHECKPOINT --name VERSION
cinemyops model init   --name VERSION [--seed N]
cinemyops model export VERSION --out DIR
cinemyops model run    VERSION --cine FILE.npy --out DIR
cinemyops model rollback [--state-dir DIR]

A model is a folder of anatomy.onnx, cinemyops.onnx, weights.safetensors, manifest.json and
MODEL_CARD.md, named for its version. Its weights make its Device UID.

list      versions with their origin and size; one that is damaged says why
verify    checks manifest, SHA-256 of every file and every weight, and runs the network once;
          all versions when none is named
import    makes a model of a PyTorch checkpoint of the authors' code (torch.save, PyTorch 1.6 or
          newer). Widths are read off the weights. Nothing in the file is executed: a pickle that
          asks for anything but tensors is refused
init      makes an untrained model: He-normal weights from the seed. Every result of such a model
          says that it means nothing
export    copies a model, checked, to another folder, for ONNX Runtime, safetensors or another node
run       runs the network on an array and writes, as float32 .npy with k from 0 to 3,
            anatomy.npy   [B, 4, T, H, W]  background, myocardium, LV blood, RV blood (softmax)
            motion.npy    [B, 2, T, H, W]  displacement y, x in the [-1, 1] grid
            logits_k.npy  [B, 5, H/2^k, W/2^k]  background, myocardium, LV blood, scar, edema
rollback  puts the model in use again that the last nightly promotion replaced; a running node takes it
          for its next exam

Options:
  --models-dir DIR    folder of models; default the program's own (CINEMYOPS_MODELS_DIR)
  --name VERSION      letters, digits, '.', '_', '-'; must not exist yet
  --random            import: the checkpoint holds random weights; its results are marked untrained
  --seed N            init: whole number, default 1
  --encoder-base N    init: width of the encoder's first level, default 8
  --head-base N       init: width of the head's first stage, default 32
  --head-cap N        init: largest width of the head, default 320
  --texture           init: the head sees the warped image too
  --out DIR           made when it does not exist
  --cine FILE.npy     [B, T, 1, H, W], [B, T, H, W] or [T, H, W]; frame 0 is end diastole; H and W
                      are multiples of 16
  --z-score           run: first scale every frame to mean 0 and deviation 1; without it, the
                      array goes in as it is
  --device NAME       auto (default), cpu, webgpu or cuda (CINEMYOPS_DEVICE)
  --json              list: as JSON
  --state-dir DIR     rollback: serve's state folder; taken from its environment and --config FILE
                      as serve takes it

Exit codes: 0 done, 2 usage, or a model or checkpoint that is not usable, 1 anything else.
`;

type Subcommand = (argv: readonly string[], io: CommandIo) => Promise<number>;

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ['list', listModels],
  ['verify', verifyModels],
  ['import', importModel],
  ['init', initModel],
  ['export', exportModel],
  ['run', runModel],
  ['rollback', rollBack],
]);

export const modelCommand: Command = {
  name: 'model',
  summary: 'import, make, list, check, export and run networks',
  help: HELP,
  run: runModelCommand,
};

async function runModelCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const name = argv.at(0);
  const subcommand = SUBCOMMANDS.get(name ?? '');
  if (subcommand !== undefined) return subcommand(argv.slice(1), io);
  const names = [...SUBCOMMANDS.keys()].join(', ');
  throw new NodeError('usage', `expected one of ${names}, got ${name ?? 'nothing'}`);
}
