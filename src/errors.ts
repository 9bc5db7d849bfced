// The one error type of the program and what each of its codes means for a job.

/** What the job loop does with a failed exam. */
export type Disposition = 'retry' | 'review' | 'reject';

/**
 * Every error code with its disposition: `retry` passes by itself, `review` needs a person,
 * `reject` means that this input can never succeed.
 */
export const DISPOSITIONS = {
  usage: 'reject',
  'configuration-invalid': 'review',
  'not-dicom': 'reject',
  'dicom-truncated': 'reject',
  'pixel-data-missing': 'reject',
  'pixel-data-unsupported': 'reject',
  'attribute-missing': 'reject',
  'several-patients': 'reject',
  'several-studies': 'reject',
  'study-too-large': 'review',
  'no-cine': 'reject',
  'geometry-inconsistent': 'reject',
  'exam-incomplete': 'retry',
  'heart-not-found': 'review',
  'model-invalid': 'review',
  'model-missing': 'review',
  'checkpoint-invalid': 'reject',
  'array-invalid': 'reject',
  'nifti-invalid': 'reject',
  'engine-unavailable': 'review',
  'shape-mismatch': 'reject',
  'orthanc-unreachable': 'retry',
  'orthanc-unauthorized': 'review',
  'orthanc-answer': 'retry',
  'not-found': 'reject',
  'store-refused': 'review',
  'store-incomplete': 'retry',
  'state-unreadable': 'review',
  internal: 'review',
} as const satisfies Record<string, Disposition>;

export type ErrorCode = keyof typeof DISPOSITIONS;

/** An expected failure: the message says what was expected, what was got and what to do. */
export class NodeError extends Error {
  override readonly name = 'NodeError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get disposition(): Disposition {
    return DISPOSITIONS[this.code];
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
