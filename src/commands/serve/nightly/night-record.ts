// What came of each night: a line of JSON each, for people and for the next night.
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfPresent } from '../../../durable-file.ts';

const FILE = 'nights.jsonl';

const comparisonSchema = z.object({
  name: z.string(),
  patients: z.number(),
  before: z.number(),
  after: z.number(),
  noise: z.number(),
  outcome: z.enum(['better', 'same', 'worse']),
});

const recordSchema = z.object({
  /** ISO 8601. */
  startedAt: z.string(),
  /** Version that training began from. */
  from: z.string(),
  /** Exams with an expert's segmentation. */
  exams: z.number(),
  /** Changes with those segmentations. */
  key: z.string(),
  outcome: z.enum(['promoted', 'refused', 'skipped']),
  /** A sentence. */
  reason: z.string(),
  /** The new version, when it was promoted. */
  promoted: z.string().optional(),
  comparisons: z.array(comparisonSchema).readonly().optional(),
});

export type NightRecord = Readonly<z.infer<typeof recordSchema>>;

export async function recordNight(stateDir: string, record: NightRecord): Promise<void> {
  await mkdir(stateDir, { recursive: true });
  await appendFile(join(stateDir, FILE), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** The last night that trained; a line that a crash cut short counts for nothing. */
export async function lastNight(stateDir: string): Promise<NightRecord | undefined> {
  const text = (await readIfPresent(join(stateDir, FILE))) ?? '';
  for (const line of text.split('\n').reverse()) {
    try {
      return recordSchema.parse(JSON.parse(line));
    } catch {
      continue;
    }
  }
  return undefined;
}
