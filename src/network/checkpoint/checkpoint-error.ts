// What is said of a checkpoint that is refused.
import { NodeError } from '../../errors.ts';

/** @param problem - what follows "The checkpoint", without the full stop */
export function checkpointError(problem: string, options?: { cause?: unknown }): NodeError {
  return new NodeError('checkpoint-invalid', `The checkpoint ${problem}.`, options);
}

/** Of bytes that PyTorch does not write. */
export function damagedCheckpoint(problem: string): NodeError {
  return checkpointError(`${problem}; copy the file anew from where it was saved`);
}

/** Of a whole file that holds more, or other things, than tensors by name. */
export function notWeights(problem: string): NodeError {
  return checkpointError(
    `${problem}; if you trust the file, load it in PyTorch and torch.save the state_dict of its network alone`,
  );
}

/** Of tensors by name that are not this network's. */
export function otherNetwork(problem: string): NodeError {
  return checkpointError(`${problem}; expected the state_dict of CineMyoPS (V6WithoutIMG)`);
}
