// Writes a model folder, whole or not at all, also when the power fails.
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flushFolder, writeFlushed } from '../../durable-file.ts';
import { messageOf, NodeError } from '../../errors.ts';
import { derivedUid } from '../../fingerprint.ts';
import type { Architecture } from '../architecture.ts';
import { writeSafetensors } from '../arrays/safetensors.ts';
import { buildInferenceModels } from '../onnx/inference-models.ts';
import type { NamedParameters } from '../parameters.ts';
import {
  LABEL_ORDERS,
  type Manifest,
  MANIFEST_FORMAT,
  MODEL_FILES,
  type ModelInput,
  type ModelOrigin,
  RELEASED_INPUT,
  type TrainingRecord,
  VERSION_PATTERN,
} from './manifest.ts';
import { modelCard, noticeOf } from './model-card.ts';

/** A network and what is to be said of it. */
export interface NewModel {
  readonly architecture: Architecture;
  readonly parameters: NamedParameters;
  readonly isTrained: boolean;
  /** Default true: whether scar is found on cases that training did not see. */
  readonly findsPathology?: boolean;
  /** Measured weaknesses that every result is to repeat, a sentence each. */
  readonly cautions?: readonly string[];
  readonly origin: ModelOrigin;
  /** Default: as released. */
  readonly input?: ModelInput;
  /** What training wrote down about itself. */
  readonly training?: TrainingRecord;
}

/**
 * Makes sure that a model can be written to the folder, before hours are spent on making one.
 *
 * @throws {NodeError} `usage` when the folder exists, its name cannot be a version, or nothing can be written beside it
 */
export async function requireModelPlace(folder: string): Promise<void> {
  const version = basename(folder);
  if (!VERSION_PATTERN.test(version)) {
    throw new NodeError(
      'usage',
      `expected a model version of letters, digits, '.', '_' and '-' (at most 64), got '${version.slice(0, 80)}'`,
    );
  }
  if (await exists(folder)) {
    throw new NodeError(
      'usage',
      `model '${version}' exists already: choose another name or remove ${folder}`,
    );
  }
  const modelsDir = dirname(folder);
  try {
    await mkdir(modelsDir, { recursive: true });
    // Permissions do not tell of a file system that is mounted read-only, or of one that is full.
    await rmdir(await mkdtemp(join(modelsDir, `.${version}-`)));
  } catch (cause) {
    throw new NodeError(
      'usage',
      `expected a folder of models that can be written to, got ${modelsDir}: ${messageOf(cause)}; choose another one`,
      { cause },
    );
  }
}

/**
 * Writes the ONNX graphs, weights, manifest and card of a model; its version is the folder's name. All of it is on the
 * disk when this resolves. The same network gives the same bytes.
 *
 * @throws {NodeError} `usage` as `requireModelPlace` does
 */
export async function writeModel(folder: string, model: NewModel): Promise<Manifest> {
  await requireModelPlace(folder);
  const version = basename(folder);
  // Written beside its place and moved there, so that no reader ever meets half a model.
  const unfinished = await mkdtemp(join(dirname(folder), `.${version}-`));
  try {
    const manifest = await writeFiles(unfinished, version, model);
    // mkdtemp makes folders private, but a service may run as another user.
    await chmod(unfinished, 0o755);
    await flushFolder(unfinished);
    await rename(unfinished, folder);
    await flushFolder(dirname(folder));
    return manifest;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function writeFiles(folder: string, version: string, model: NewModel): Promise<Manifest> {
  const { architecture, parameters } = model;
  const onnx = buildInferenceModels(architecture, parameters);
  const files = {
    [MODEL_FILES.anatomy]: onnx.anatomy,
    [MODEL_FILES.cinemyops]: onnx.cinemyops,
    [MODEL_FILES.weights]: writeSafetensors(parameters, {
      architecture: JSON.stringify(architecture),
    }),
  };
  const manifest = manifestOf(version, model, files);
  for (const [name, bytes] of Object.entries(files)) await writeFlushed(join(folder, name), bytes);
  await writeFlushed(join(folder, 'MODEL_CARD.md'), modelCard(manifest));
  await writeFlushed(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function manifestOf(
  version: string,
  model: NewModel,
  files: Readonly<Record<keyof Manifest['files'], Uint8Array>>,
): Manifest {
  const weights = fileRecord(files[MODEL_FILES.weights]);
  return {
    format: MANIFEST_FORMAT,
    version,
    isTrained: model.isTrained,
    findsPathology: model.findsPathology ?? true,
    cautions: [...(model.cautions ?? [])],
    deviceUid: deviceUidOf(weights.sha256),
    architecture: model.architecture,
    input: model.input ?? RELEASED_INPUT,
    labels: LABEL_ORDERS,
    origin: model.origin,
    training: model.training ?? null,
    notice: noticeOf(model.origin),
    files: {
      [MODEL_FILES.anatomy]: fileRecord(files[MODEL_FILES.anatomy]),
      [MODEL_FILES.cinemyops]: fileRecord(files[MODEL_FILES.cinemyops]),
      [MODEL_FILES.weights]: weights,
    },
  };
}

/** Every set of weights is a device of its own. */
export function deviceUidOf(weightsSha256: string): string {
  return derivedUid('cinemyops model', weightsSha256);
}

/** Size and SHA-256 of a file's content. */
export function fileRecord(bytes: Uint8Array): { bytes: number; sha256: string } {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
