// Reads a model folder and refuses one whose parts do not belong together.
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf, NodeError } from '../../errors.ts';
import type { ModelIdentity } from '../../model-identity.ts';
import { readSafetensors } from '../arrays/safetensors.ts';
import { type NamedParameters, type ParameterArray, parameterSpecs } from '../parameters.ts';
import { LABEL_ORDERS, type Manifest, manifestSchema, MODEL_FILES } from './manifest.ts';
import { deviceUidOf, fileRecord } from './write-model.ts';

/** A model whose files are what its manifest says. */
export interface LoadedModel {
  readonly folder: string;
  readonly identity: ModelIdentity;
  readonly manifest: Manifest;
  readonly anatomyOnnxPath: string;
  readonly cinemyopsOnnxPath: string;
  /** Weights and running statistics, in the order of `parameterSpecs`. */
  readonly parameters: NamedParameters;
}

/**
 * Loads a model and checks all of it: manifest, checksums, the shape of every weight.
 *
 * @throws {NodeError} `model-missing` when there is no manifest
 * @throws {NodeError} `model-invalid` with everything that disagrees
 */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const manifest = await readManifest(folder);
  const { problems, weights } = await checkFiles(folder, manifest);
  problems.unshift(...manifestProblems(folder, manifest));
  if (problems.length > 0 || weights === undefined) throw invalid(folder, problems);
  return {
    folder,
    manifest,
    identity: {
      version: manifest.version,
      deviceUid: manifest.deviceUid,
      isTrained: manifest.isTrained,
      findsPathology: manifest.findsPathology,
      cautions: manifest.cautions,
    },
    anatomyOnnxPath: join(folder, MODEL_FILES.anatomy),
    cinemyopsOnnxPath: join(folder, MODEL_FILES.cinemyops),
    parameters: readWeights(folder, manifest, weights),
  };
}

/**
 * Reads and checks manifest.json alone, for lists.
 *
 * @throws {NodeError} `model-missing` or `model-invalid`
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new NodeError('model-missing', `expected a model in ${folder}, found no manifest.json`, {
      cause,
    });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new NodeError('model-invalid', `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(folder, [`manifest.json: ${z.prettifyError(parsed.error)}`]);
}

function manifestProblems(folder: string, manifest: Manifest): string[] {
  const problems: string[] = [];
  const compare = (what: string, expected: string, got: string): void => {
    if (expected !== got) problems.push(`${what}: expected ${expected}, the manifest says ${got}`);
  };
  compare('version', basename(resolve(folder)), manifest.version);
  for (const output of ['anatomy', 'pathology', 'motion'] as const) {
    compare(
      `order of ${output}`,
      LABEL_ORDERS[output].join(', '),
      manifest.labels[output].join(', '),
    );
  }
  compare(
    'device UID',
    deviceUidOf(manifest.files[MODEL_FILES.weights].sha256),
    manifest.deviceUid,
  );
  return problems;
}

interface CheckedFiles {
  readonly problems: string[];
  /** Undefined when the file of weights is missing or changed. */
  readonly weights: Uint8Array | undefined;
}

async function checkFiles(folder: string, manifest: Manifest): Promise<CheckedFiles> {
  const problems: string[] = [];
  let weights: Uint8Array | undefined;
  for (const name of Object.values(MODEL_FILES)) {
    const expected = manifest.files[name];
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes === undefined) {
      problems.push(`${name} is missing`);
    } else if (bytes.length !== expected.bytes) {
      problems.push(`${name}: expected ${expected.bytes} bytes, got ${bytes.length}`);
    } else if (fileRecord(bytes).sha256 !== expected.sha256) {
      problems.push(`${name} was changed: its SHA-256 is not the manifest's`);
    } else if (name === MODEL_FILES.weights) {
      weights = bytes;
    }
  }
  return { problems, weights };
}

/** Every parameter of the architecture, no other, each of its shape. */
function readWeights(folder: string, manifest: Manifest, file: Uint8Array): NamedParameters {
  const { tensors } = readSafetensors(file, join(folder, MODEL_FILES.weights));
  const specs = parameterSpecs(manifest.architecture);
  const known = new Set(specs.map(({ name }) => name));
  const problems = [...tensors.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `unknown weight ${name}`);
  const parameters = new Map<string, ParameterArray>();
  for (const { name, shape } of specs) {
    const tensor = tensors.get(name);
    if (tensor === undefined) problems.push(`weight ${name} is missing`);
    else if (tensor.shape.join() !== shape.join()) {
      problems.push(
        `weight ${name}: expected shape [${shape.join()}], got [${tensor.shape.join()}]`,
      );
    } else parameters.set(name, tensor);
  }
  if (problems.length > 0) throw invalid(folder, problems);
  return parameters;
}

function invalid(folder: string, problems: readonly string[]): NodeError {
  const shown = problems.slice(0, 10);
  const more = problems.length > 10 ? [`and ${problems.length - 10} more`] : [];
  return new NodeError(
    'model-invalid',
    `model ${basename(resolve(folder))} is not usable: ${[...shown, ...more].join('; ')}`,
  );
}
