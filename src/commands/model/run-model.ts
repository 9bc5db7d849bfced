// `cinemyops model run`: arrays in, arrays out.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NodeError } from '../../errors.ts';
import { EXIT } from '../../exit-code.ts';
import {
  ANATOMY_CHANNELS,
  MOTION_CHANNELS,
  PATHOLOGY_CHANNELS,
} from '../../network/architecture.ts';
import type { DenseArray } from '../../network/arrays/dense-array.ts';
import { readFloat32Npy, writeNpy } from '../../network/arrays/npy.ts';
import { findModel } from '../../network/model/model-library.ts';
import { openModel } from '../../network/model/open-model.ts';
import { openUntrained, UNTRAINED } from '../../network/model/untrained.ts';
import {
  checkInputShape,
  type CineMyopsSession,
  type CineOutputs,
  type CineShape,
  DEVICE_CHOICES,
  type DeviceChoice,
} from '../../network/session.ts';
import { zScore } from '../../network/z-score.ts';
import type { CommandIo } from '../command.ts';
import { modelsDirOf, parseModelArgs, required, usage } from './model-args.ts';

type Float32Npy = DenseArray<Float32Array>;

export async function runModel(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseModelArgs(argv, {
    options: {
      cine: { type: 'string' },
      out: { type: 'string' },
      device: { type: 'string' },
      'z-score': { type: 'boolean' },
    },
    positionals: ['VERSION'],
  });
  const outDir = required('out', values.out);
  const device = deviceChoice(values.device ?? io.env['CINEMYOPS_DEVICE']);
  const cine = await readCine(required('cine', values.cine));
  if (values['z-score'] === true) normaliseFrames(cine);
  const session = await openSession(modelsDirOf(values, io), positionals[0], device);
  try {
    io.stderr(`${session.deviceReason}\n`);
    const outputs = await session.runCine(cine.values, cine.shape);
    await writeOutputs(outDir, outputs, cine.shape);
  } finally {
    await session.release();
  }
  return EXIT.done;
}

/** `untrained` is the network that the program makes when no folder has that name. */
async function openSession(
  modelsDir: string,
  version: string,
  device: DeviceChoice,
): Promise<CineMyopsSession> {
  if (version === UNTRAINED) return (await openUntrained(device)).session;
  return (await openModel(await findModel(modelsDir, version), { device })).session;
}

function deviceChoice(name: string | undefined): DeviceChoice {
  if (name === undefined || name === '') return 'auto';
  const choice = DEVICE_CHOICES.find((known) => known === name);
  if (choice === undefined) {
    throw usage(`--device: expected ${DEVICE_CHOICES.join(', ')}, got '${name}'`);
  }
  return choice;
}

interface Cine {
  readonly shape: CineShape;
  readonly values: Float32Array;
}

async function readCine(path: string): Promise<Cine> {
  const name = basename(path);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new NodeError('usage', `cannot read ${name}: check the path`, { cause });
  });
  const array = readFloat32Npy(bytes, name);
  const shape = cineShape(array, name);
  checkInputShape(name, array.values, shape);
  if (!array.values.every(Number.isFinite)) {
    throw new NodeError('array-invalid', `${name} holds values that are not finite numbers`);
  }
  return { shape, values: array.values };
}

/** `[B, T, 1, H, W]`, `[B, T, H, W]` or `[T, H, W]`. */
function cineShape({ shape }: Float32Npy, name: string): CineShape {
  if (shape.length === 5 && shape[2] === 1) return [shape[0], shape[1], shape[3], shape[4]];
  if (shape.length === 4) return [shape[0], shape[1], shape[2], shape[3]];
  if (shape.length === 3) return [1, shape[0], shape[1], shape[2]];
  throw new NodeError(
    'shape-mismatch',
    `${name}: expected [B, T, 1, H, W], [B, T, H, W] or [T, H, W], got [${shape.join(', ')}]`,
  );
}

function normaliseFrames({ shape: [b, t, h, w], values }: Cine): void {
  for (let frame = 0; frame < b * t; frame++) {
    zScore(values.subarray(frame * h * w, (frame + 1) * h * w));
  }
}

async function writeOutputs(
  outDir: string,
  { anatomy, motion, logits }: CineOutputs,
  shape: CineShape,
): Promise<void> {
  const [b, , h, w] = shape;
  const arrays: [name: string, array: Float32Npy][] = [
    ['anatomy', channelsFirst(anatomy, ANATOMY_CHANNELS, shape)],
    ['motion', channelsFirst(motion, MOTION_CHANNELS, shape)],
    ...logits.map((values, k): [string, Float32Npy] => [
      `logits_${k}`,
      { shape: [b, PATHOLOGY_CHANNELS, h / 2 ** k, w / 2 ** k], values },
    ]),
  ];
  await mkdir(outDir, { recursive: true });
  for (const [name, array] of arrays) await writeFile(join(outDir, `${name}.npy`), writeNpy(array));
}

/** `[B, T, C, H, W]` to `[B, C, T, H, W]`. */
function channelsFirst(
  values: Float32Array,
  channels: number,
  [b, t, h, w]: CineShape,
): Float32Npy {
  const moved = new Float32Array(values.length);
  const size = h * w;
  for (let sample = 0; sample < b; sample++) {
    for (let frame = 0; frame < t; frame++) {
      for (let channel = 0; channel < channels; channel++) {
        const from = ((sample * t + frame) * channels + channel) * size;
        const to = ((sample * channels + channel) * t + frame) * size;
        moved.set(values.subarray(from, from + size), to);
      }
    }
  }
  return { shape: [b, channels, t, h, w], values: moved };
}
