// Exit codes of the command line.
import { NodeError, type ErrorCode } from './errors.ts';

export const EXIT = { done: 0, failure: 1, usage: 2, refused: 3 } as const;

const REFUSED: ReadonlySet<ErrorCode> = new Set([
  'not-dicom',
  'dicom-truncated',
  'pixel-data-missing',
  'pixel-data-unsupported',
  'attribute-missing',
  'several-patients',
  'several-studies',
  'no-cine',
  'geometry-inconsistent',
  'exam-incomplete',
  'heart-not-found',
  'nifti-invalid',
]);

const USAGE: ReadonlySet<ErrorCode> = new Set([
  'usage',
  'configuration-invalid',
  'model-missing',
  'model-invalid',
  'checkpoint-invalid',
  'engine-unavailable',
]);

/** 2 for usage and configuration, 3 for input that was refused, 1 for anything else. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof NodeError)) return isParseArgsError(error) ? EXIT.usage : EXIT.failure;
  if (USAGE.has(error.code)) return EXIT.usage;
  return REFUSED.has(error.code) ? EXIT.refused : EXIT.failure;
}

/** True for what `parseArgs` of node:util throws on a wrong flag. */
function isParseArgsError(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS')
  );
}
