// A promise that must fail with one of our errors.
import { expect } from 'chai';
import { NodeError, type ErrorCode } from '../../src/errors.ts';

/** Waits for the failure and returns it, to look at its message. */
export async function failure(work: Promise<unknown>, code: ErrorCode): Promise<NodeError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, `expected a failure with ${code}`).to.be.instanceOf(NodeError);
  expect((error as NodeError).code).to.equal(code);
  return error as NodeError;
}
