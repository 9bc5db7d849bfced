// MR frames in any order -> one short-axis cine exam, with the reason for each series' place in it.
import { NodeError } from '../errors.ts';
import type { CineExam, StackDecision } from '../exam.ts';
import type { MrFrame, UnreadableInstance } from '../mr-frame.ts';
import { assemble } from './assemble.ts';
import { judgeStack, type Candidate } from './candidate.ts';
import { judgeCompleteness } from './completeness.ts';
import { lookAlikeReason } from './look-alikes.ts';
import { formStacks, seriesWithoutFrameOfReference } from './stacks.ts';

export interface GroupInput {
  /** All MR frames of one study, in any order. */
  readonly frames: readonly MrFrame[];
  readonly unreadable: readonly UnreadableInstance[];
  /** True when no more images are to be expected: what is missing then makes the exam partial. */
  readonly waitIsOver: boolean;
}

interface JudgedStack {
  readonly frames: readonly MrFrame[];
  readonly candidate?: Candidate;
  readonly reason: string;
}

/**
 * Groups the frames of one study into a 4D cine exam.
 *
 * @returns the exam; `completeness.verdict` says whether to wait for more
 * @throws {NodeError} `several-patients` or `several-studies` when the frames are of more than one
 * @throws {NodeError} `no-cine` when no stack is a short-axis cine: the reason of each is in the message
 */
export async function groupCine(input: GroupInput): Promise<CineExam> {
  const { frames, unreadable, waitIsOver } = input;
  assertOneStudy(frames);
  const judged = judgeAll(frames);
  const taken = preferred(judged);
  const decisions = judged.map((stack) => decide(stack, taken));
  if (taken?.candidate === undefined) throw noCine(decisions, unreadable);
  const { candidate } = taken;
  const { volume, sources } = await assemble(candidate);
  const first = candidate.slices[0][0];
  const lost = unreadable.filter((instance) => mayBelong(instance, taken.frames, judged));
  const completeness = judgeCompleteness(candidate, lost, waitIsOver);
  return {
    studyInstanceUid: first.studyInstanceUid,
    frameOfReferenceUid: first.frameOfReferenceUid,
    volume,
    sources,
    context: first.readContext(),
    timeKey: candidate.timeKey,
    rrIntervalsMs: candidate.slices.map((s) => s[0].nominalIntervalMs ?? Number.NaN),
    completeness: {
      ...completeness,
      notes: [...completeness.notes, ...referenceNote(taken.frames)],
    },
    decisions,
    isLossy: taken.frames.some((f) => f.isLossy),
  };
}

/** True for an instance of the cine's series, and for a truncated one of which no frame tells what it was. */
function mayBelong(
  { seriesInstanceUid, isTruncated }: UnreadableInstance,
  taken: readonly MrFrame[],
  judged: readonly JudgedStack[],
): boolean {
  const isOfSeries = (f: MrFrame): boolean => f.source.seriesInstanceUid === seriesInstanceUid;
  if (taken.some(isOfSeries)) return true;
  return isTruncated && !judged.some(({ frames }) => frames.some(isOfSeries));
}

function assertOneStudy(frames: readonly MrFrame[]): void {
  const patients = new Set(frames.map((f) => f.patientKey)).size;
  if (patients > 1) {
    throw new NodeError(
      'several-patients',
      `expected images of one patient, got ${patients} patients: process each in a folder of its own`,
    );
  }
  const studies = new Set(frames.map((f) => f.studyInstanceUid)).size;
  if (studies > 1) {
    throw new NodeError(
      'several-studies',
      `expected images of one study, got ${studies} studies: process each in a folder of its own`,
    );
  }
}

function judgeAll(frames: readonly MrFrame[]): JudgedStack[] {
  const refused = new Map<string, MrFrame[]>();
  const plausible: MrFrame[] = [];
  for (const frame of frames) {
    const reason = lookAlikeReason(frame);
    if (reason === undefined) plausible.push(frame);
    else refused.set(reason, [...(refused.get(reason) ?? []), frame]);
  }
  const stacks = formStacks(plausible).map((stack): JudgedStack => {
    const { candidate, reason } = judgeStack(stack);
    return { frames: stack.frames, candidate, reason: reason ?? '' };
  });
  return [...stacks, ...[...refused].map(([reason, own]) => ({ frames: own, reason }))];
}

/** The candidate with the most slices, then phases; the later series when equal. */
function preferred(judged: readonly JudgedStack[]): JudgedStack | undefined {
  const size = (s: JudgedStack) => s.candidate?.slices.length ?? 0;
  const phases = (s: JudgedStack) => s.candidate?.phases ?? 0;
  const series = (s: JudgedStack) => Math.max(...s.frames.map((f) => Number(f.seriesNumber) || 0));
  return judged
    .filter((s) => s.candidate !== undefined)
    .toSorted((a, b) => size(b) - size(a) || phases(b) - phases(a) || series(b) - series(a))
    .at(0);
}

function decide(stack: JudgedStack, taken: JudgedStack | undefined): StackDecision {
  const { frames, candidate } = stack;
  const unique = (values: string[]) => [...new Set(values)].toSorted();
  const isTaken = stack === taken;
  const reason =
    candidate === undefined
      ? stack.reason
      : isTaken
        ? `short-axis cine: ${candidate.slices.length} slices x ${candidate.phases} phases, ordered by ${candidate.timeKey}`
        : 'another short-axis cine of this study has more slices or phases, or is later';
  return {
    seriesNumbers: unique(frames.map((f) => f.seriesNumber)),
    seriesInstanceUids: unique(frames.map((f) => f.source.seriesInstanceUid)),
    imageCount: frames.length,
    verdict: isTaken ? 'taken' : 'refused',
    reason,
  };
}

function referenceNote(frames: readonly MrFrame[]): string[] {
  if (seriesWithoutFrameOfReference(frames).size === 0) return [];
  return [
    'most images name a frame of reference of their own: position and orientation alone were used',
  ];
}

function noCine(
  decisions: readonly StackDecision[],
  unreadable: readonly UnreadableInstance[],
): NodeError {
  const lines = [
    ...tally(decisions.map((d) => `series ${d.seriesNumbers.join(', ')}: ${d.reason}`)).map(
      ([text, count]) => `  ${count > 1 ? `${count} stacks of ` : ''}${text}`,
    ),
    ...tally(unreadable.map((u) => u.reason)).map(
      ([reason, count]) => `  ${count} file(s): ${reason}`,
    ),
  ];
  const found = lines.length === 0 ? '  no MR images at all' : lines.join('\n');
  return new NodeError(
    'no-cine',
    `expected a short-axis cine (3 or more parallel planes, 8 or more phases each), got:\n${found}`,
  );
}

function tally(texts: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts];
}
