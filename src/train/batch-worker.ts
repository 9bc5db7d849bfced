// The thread that draws batches while the network works.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, NodeError } from '../errors.ts';
import type { BatchAnswer, BatchRequest } from './batch-stream.ts';
import { drawBatch } from './draw-batch.ts';
import { openSources } from './open-sources.ts';
import { splitPatients } from './split.ts';

const port = parentPort;
if (port === null) throw new TypeError('batch-worker runs as a worker thread');
const { plan, cacheDir } = workerData as BatchRequest;
const ready = openSources(plan.data, cacheDir).then((sources) =>
  splitPatients(sources, plan.validationShare),
);

async function answer(step: number): Promise<BatchAnswer> {
  try {
    const { training } = await ready;
    return { step, batch: await drawBatch(plan, training, step) };
  } catch (error) {
    const code = error instanceof NodeError ? error.code : 'internal';
    return { step, failure: { code, message: messageOf(error) } };
  }
}

// One after the other: a slice that two steps want is rendered once.
let last: Promise<void> = Promise.resolve();
port.on('message', (step: number) => {
  last = last.then(async () => {
    const result = await answer(step);
    const { batch } = result;
    port.postMessage(result, batch === undefined ? [] : [batch.cine.buffer as ArrayBuffer]);
  });
});
