// Inference by TensorFlow.js, for comparison with the ONNX graphs.
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architecture.ts';
import { cinemyops, decodeAnatomy, encode, type NetworkParts } from '../cinemyops.ts';
import type { NamedParameters } from '../parameters.ts';
import {
  checkInputShape,
  type CineMyopsSession,
  type CineOutputs,
  type CineShape,
  type ImagesShape,
} from '../session.ts';
import { type LoadedTensorflow, loadTensorflow, type TensorflowChoice } from './load-tensorflow.ts';
import { disposeAll, networkVariables, variableOf } from './network-variables.ts';
import { layoutOf, tensorflowOps } from './tensorflow-ops.ts';

/**
 * Opens a network on TensorFlow.js.
 *
 * @throws {NodeError} `engine-unavailable` when the backend does not load
 */
export async function openTensorflowSession(
  network: { readonly architecture: Architecture; readonly parameters: NamedParameters },
  choice: TensorflowChoice = 'auto',
): Promise<CineMyopsSession> {
  const loaded = await loadTensorflow(choice);
  const variables = networkVariables(network.architecture, network.parameters);
  const parts: NetworkParts<tf.Tensor> = {
    ops: tensorflowOps(layoutOf(loaded.backend)),
    architecture: network.architecture,
    parameter: (name) => variableOf(variables, name),
  };
  return {
    device: deviceOf(loaded),
    deviceReason: loaded.reason,
    architecture: network.architecture,
    runAnatomy: (images, shape) => runAnatomy(parts, images, shape),
    runCine: (cine, shape) => runCine(parts, cine, shape),
    release: () => {
      disposeAll(variables);
      return Promise.resolve();
    },
  };
}

function deviceOf({ backend }: LoadedTensorflow): CineMyopsSession['device'] {
  return backend === 'gpu' ? 'cuda' : 'cpu';
}

async function runAnatomy(
  parts: NetworkParts<tf.Tensor>,
  images: Float32Array,
  shape: ImagesShape,
): Promise<Float32Array> {
  checkInputShape('images', images, shape);
  const [n, h, w] = shape;
  const anatomy = tf.tidy(() =>
    decodeAnatomy(parts, encode(parts, tf.tensor(images, [n, 1, h, w], 'float32'))),
  );
  return valuesOf(anatomy);
}

async function runCine(
  parts: NetworkParts<tf.Tensor>,
  cine: Float32Array,
  shape: CineShape,
): Promise<CineOutputs> {
  checkInputShape('cine', cine, shape);
  // tf.tidy keeps what is returned in an array; frames are sample by sample, as CineOutputs wants them.
  const [motion, anatomy, ...logits] = tf.tidy(() => {
    const outputs = cinemyops(parts, tf.tensor(cine, [...shape], 'float32'));
    return [outputs.motion, outputs.anatomy, ...outputs.logits];
  });
  return {
    motion: await valuesOf(motion),
    anatomy: await valuesOf(anatomy),
    logits: await Promise.all(logits.map(valuesOf)),
  };
}

/** Copies a tensor's values and frees it. */
async function valuesOf(tensor: tf.Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data<'float32'>());
  tensor.dispose();
  return values;
}
