// Reads a model folder and refuses one whose parts do not belong together.
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { messageOf, NodeError } from '../../errors.ts';
import type { ModelIdentity } from '../../model-identity.ts';
import { printable, quoted, schemaProblems } from '../../quoted.ts';
import { readSafetensors } from '../arrays/safetensors.ts';
import { type NamedParameters, type ParameterArray, parameterSpecs } from '../parameters.ts';
import { LABEL_ORDERS, type Manifest, manifestSchema, MODEL_FILES } from './manifest.ts';
import { deviceUidOf, fileRecord } from './write-model.ts';

/** The longest of ours has 4 kB. */
const MAX_MANIFEST_BYTES = 4 * 1024 ** 2;

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
  const bytes = await sizeOfFile(path);
  if (bytes === undefined) {
    throw new NodeError('model-missing', `expected a model in ${folder}, found no manifest.json`);
  }
  if (bytes > MAX_MANIFEST_BYTES) {
    throw invalid(folder, [`manifest.json has ${bytes} bytes, more than ${MAX_MANIFEST_BYTES}`]);
  }
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw invalid(folder, [`manifest.json cannot be read: ${messageOf(cause)}`], { cause });
  });
  const parsed = parseManifest(folder, text);
  if (parsed.success) return parsed.data;
  throw invalid(folder, [`manifest.json: ${schemaProblems(parsed.error)}`]);
}

function parseManifest(folder: string, text: string): ReturnType<typeof manifestSchema.safeParse> {
  try {
    return manifestSchema.safeParse(JSON.parse(text));
  } catch (cause) {
    // Also of JSON that is nested so deeply that the schema runs out of stack.
    throw invalid(folder, [`manifest.json is not JSON: ${printable(messageOf(cause))}`], { cause });
  }
}

/** Undefined when it is not a file; of a folder or a pipe nothing must be read. */
async function sizeOfFile(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

function manifestProblems(folder: string, manifest: Manifest): string[] {
  const problems: string[] = [];
  const compare = (what: string, expected: string, got: string): void => {
    if (expected !== got)
      problems.push(`${what}: expected ${expected}, the manifest says ${printable(got)}`);
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
    const size = await sizeOfFile(join(folder, name));
    if (size !== expected.bytes) {
      problems.push(
        size === undefined
          ? `${name} is missing`
          : `${name}: expected ${expected.bytes} bytes, got ${size}`,
      );
      continue;
    }
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes === undefined) {
      problems.push(`${name} cannot be read: check its permissions`);
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
    .map((name) => `unknown weight ${quoted(name)}`);
  const parameters = new Map<string, ParameterArray>();
  for (const { name, shape } of specs) {
    const tensor = tensors.get(name);
    if (tensor === undefined) problems.push(`weight ${name} is missing`);
    else if (tensor.shape.join() !== shape.join()) {
      problems.push(
        `weight ${name}: expected shape [${shape.join()}], got [${tensor.shape.join()}]`,
      );
    } else if (!tensor.values.every(Number.isFinite)) {
      problems.push(`weight ${name} has a value that is not a finite number`);
    } else parameters.set(name, tensor);
  }
  if (problems.length > 0) throw invalid(folder, problems);
  return parameters;
}

function invalid(
  folder: string,
  problems: readonly string[],
  options?: { cause?: unknown },
): NodeError {
  const shown = problems.slice(0, 10);
  const more = problems.length > 10 ? [`and ${problems.length - 10} more`] : [];
  return new NodeError(
    'model-invalid',
    `model ${basename(resolve(folder))} is not usable: ${[...shown, ...more].join('; ')}; copy its folder anew from where it was made`,
    options,
  );
}
