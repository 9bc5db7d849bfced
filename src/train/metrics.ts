// metrics.jsonl: one line an epoch, for people, plots and the report.
import { join } from 'node:path';
import { z } from 'zod';
import { readIfPresent, writeDurably } from '../durable-file.ts';
import { RUN_FILES } from './checkpoint.ts';

const epochSchema = z.object({
  epoch: z.int(),
  /** Steps made by the end of the epoch. */
  step: z.int(),
  hours: z.number(),
  learningRate: z.number(),
  /** Mean over the steps of the epoch that have the term. */
  losses: z.record(z.string(), z.number()),
  gradientNorm: z.number(),
  /** Of the held-out slices; empty without any. */
  dice: z.record(z.string(), z.number()),
  score: z.number().nullable(),
});

export type EpochMetrics = Readonly<z.infer<typeof epochSchema>>;

/**
 * The lines of a run up to a step; later ones were written after the checkpoint that is gone on from.
 *
 * @param lastStep - steps made
 */
export async function readMetrics(folder: string, lastStep: number): Promise<EpochMetrics[]> {
  const text = (await readIfPresent(join(folder, RUN_FILES.metrics))) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => epochSchema.parse(JSON.parse(line)))
    .filter(({ step }) => step <= lastStep);
}

/** Writes all lines anew, so that the file is never half a line. */
export async function writeMetrics(folder: string, epochs: readonly EpochMetrics[]): Promise<void> {
  const lines = epochs.map((epoch) => `${JSON.stringify(epoch)}\n`);
  await writeDurably(join(folder, RUN_FILES.metrics), lines.join(''));
}
