// How onnxruntime sessions are set up throughout the program.
import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from '../session.ts';

/** onnxruntime's severity "error": it warns of every small shape node that it keeps on the CPU. */
const ERRORS_ONLY = 3;

/**
 * Options of a session on one device.
 *
 * Threads do not spin while they wait: a node shares its machine with the PACS, and on busy cores spinning
 * makes a run several times slower. Memory is not planned ahead: the plan's one block would come on top of what
 * the first run took, and double it.
 */
export function sessionOptions(device: Device): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
    logSeverityLevel: ERRORS_ONLY,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
