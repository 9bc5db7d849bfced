// Batches of coming steps, drawn in worker threads while the network works.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { NodeError, type ErrorCode } from '../errors.ts';
import type { TrainingBatch } from '../network/training-step.ts';
import { totalSteps, type TrainingPlan } from './plan.ts';

/** What a worker needs to draw the batch of any step. */
export interface BatchRequest {
  readonly plan: TrainingPlan;
  readonly cacheDir: string;
}

/** A worker's answer: a batch, or why there is none. */
export interface BatchAnswer {
  readonly step: number;
  readonly batch?: TrainingBatch;
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
}

export interface BatchStream {
  /** The batch of a step; steps are asked for in ascending order. */
  readonly next: (step: number) => Promise<TrainingBatch>;
  readonly close: () => Promise<void>;
}

/** Batches that wait for the network, at most. */
const AHEAD = 4;
const MOST_WORKERS = 4;

interface Waiting {
  readonly resolve: (batch: TrainingBatch) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Run from source, a thread must load TypeScript as the program does; tsx leaves threads alone unless it
 * is registered within.
 */
function startWorker(request: BatchRequest): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./batch-worker.js', import.meta.url), { workerData: request });
  const [tsx, file] = [
    import.meta.resolve('tsx/esm/api'),
    import.meta.resolve('./batch-worker.ts'),
  ];
  const code = `import('${tsx}').then(({ register }) => { register(); return import('${file}'); });`;
  return new Worker(code, { eval: true, workerData: request });
}

/** Starts drawing from the first step on. */
export function openBatchStream(request: BatchRequest, firstStep: number): BatchStream {
  const count = Math.max(1, Math.min(MOST_WORKERS, availableParallelism() - 1));
  const waiting = new Map<number, Waiting>();
  const drawn = new Map<number, Promise<TrainingBatch>>();
  const workers = Array.from({ length: count }, () => startWorker(request));
  for (const worker of workers) {
    worker.on('message', ({ step, batch, failure }: BatchAnswer) => {
      const waits = waiting.get(step);
      waiting.delete(step);
      if (batch !== undefined) waits?.resolve(batch);
      else
        waits?.reject(new NodeError(failure?.code ?? 'internal', failure?.message ?? 'no batch'));
    });
    worker.on('error', (cause) => {
      const error = new NodeError('internal', `drawing training data failed: ${cause.message}`, {
        cause,
      });
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    });
  }
  let asked = firstStep;
  const ask = (step: number): void => {
    const batch = new Promise<TrainingBatch>((resolve, reject) => {
      waiting.set(step, { resolve, reject });
    });
    // Handled where the step is awaited; a run that stops before then must not die of it.
    batch.catch(() => undefined);
    drawn.set(step, batch);
    workers[step % count].postMessage(step);
  };
  return {
    async next(step) {
      const end = Math.min(step + AHEAD * count, totalSteps(request.plan));
      for (; asked < end; asked++) ask(asked);
      const batch = drawn.get(step);
      drawn.delete(step);
      if (batch === undefined) throw new RangeError(`step ${step} was not asked for in order`);
      return batch;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
