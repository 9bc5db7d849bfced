// What is said of a checkpoint that is refused.
import { NodeError } from '../../errors.ts';

/** @param problem - what follows "The checkpoint", without the full stop */
export function checkpointError(problem: string, options?: { cause?: unknown }): NodeError {
  return new NodeError('checkpoint-invalid', `The checkpoint ${problem}.`, options);
}

/** A name from an untrusted file: short, in quotes, control characters escaped. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 117)}...` : name);
}
