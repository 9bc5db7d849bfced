// The two ONNX models that a trained network is run as.
import type { Architecture } from '../architecture.ts';
import { ANATOMY_CHANNELS, MOTION_CHANNELS, PATHOLOGY_CHANNELS } from '../architecture.ts';
import type { NetworkParts } from '../cinemyops.ts';
import { cinemyops, decodeAnatomy, encode } from '../cinemyops.ts';
import type { NamedParameters } from '../parameters.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import type { GraphTensor } from './graph.ts';
import { Graph } from './graph.ts';
import { graphOps } from './graph-ops.ts';
import { encodeOnnx } from './onnx-format.ts';

/** Names of inputs and outputs; logits of resolution k are `logits_k`. */
export const MODEL_VALUES = {
  images: 'images',
  cine: 'cine',
  anatomy: 'anatomy',
  motion: 'motion',
  logits: (resolution: number): string => `logits_${resolution}`,
} as const;

export interface InferenceModels {
  /** Encoder, anatomy decoder and softmax: `images [N, 1, H, W]` to `anatomy [N, 4, H, W]`. */
  readonly anatomy: Uint8Array;
  /** `cine [N, T, H, W]` to `motion [N, T, 2, H, W]`, `anatomy [N, T, 4, H, W]`, `logits_0` .. `logits_3`. */
  readonly cinemyops: Uint8Array;
}

/** The network with its weights as constants; its BatchNorm is in the convolutions already. */
function frozenParts(
  graph: Graph,
  architecture: Architecture,
  parameters: NamedParameters,
): NetworkParts<GraphTensor> {
  const folded = foldBatchNorm(parameters);
  return {
    ops: { ...graphOps(graph), batchNorm: (x) => x },
    architecture,
    parameter: (name) => {
      const array = folded.get(name);
      if (array === undefined) throw new RangeError(`no parameter ${name}`);
      return graph.constant(array.values, array.shape);
    },
  };
}

function anatomyModel(architecture: Architecture, parameters: NamedParameters): Uint8Array {
  const graph = new Graph();
  const parts = frozenParts(graph, architecture, parameters);
  const images = graph.input(MODEL_VALUES.images, ['N', 1, 'H', 'W']);
  const anatomy = decodeAnatomy(parts, encode(parts, images));
  graph.output(MODEL_VALUES.anatomy, anatomy, ['N', ANATOMY_CHANNELS, 'H', 'W']);
  return encodeOnnx(graph.finish());
}

function cinemyopsModel(architecture: Architecture, parameters: NamedParameters): Uint8Array {
  const graph = new Graph();
  const parts = frozenParts(graph, architecture, parameters);
  const { ops } = parts;
  const cine = graph.input(MODEL_VALUES.cine, ['N', 'T', 'H', 'W']);
  const { motion, anatomy, logits } = cinemyops(parts, cine);
  const [n, t, h, w] = cine.shape;
  const perFrame = (name: string, x: GraphTensor, channels: number): void => {
    graph.output(name, ops.reshape(x, [n, t, channels, h, w]), ['N', 'T', channels, 'H', 'W']);
  };
  perFrame(MODEL_VALUES.motion, motion, MOTION_CHANNELS);
  perFrame(MODEL_VALUES.anatomy, anatomy, ANATOMY_CHANNELS);
  logits.forEach((x, k) => {
    const sizes = k === 0 ? ['H', 'W'] : [`H / ${2 ** k}`, `W / ${2 ** k}`];
    graph.output(MODEL_VALUES.logits(k), x, ['N', PATHOLOGY_CHANNELS, ...sizes]);
  });
  return encodeOnnx(graph.finish());
}

/**
 * Builds `anatomy.onnx` and `cinemyops.onnx`, weights inside, for any N, T and any H and W that are multiples
 * of 16.
 *
 * @param parameters - every parameter of the architecture, by name
 * @throws {RangeError} when one is missing
 */
export function buildInferenceModels(
  architecture: Architecture,
  parameters: NamedParameters,
): InferenceModels {
  return {
    anatomy: anatomyModel(architecture, parameters),
    cinemyops: cinemyopsModel(architecture, parameters),
  };
}
