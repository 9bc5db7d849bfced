// Which network made a result.

/** Identity of one model version, as every result names it. */
export interface ModelIdentity {
  /** Folder name under models/, for example `1.0.0` or `untrained`. */
  readonly version: string;
  /** DICOM Device UID; a new one each time a model is retrained. */
  readonly deviceUid: string;
  /** False for seeded weights: every result must then say so. */
  readonly isTrained: boolean;
  /**
   * False for a model that does not find scar on cases it has not seen: lesions are then not measured,
   * and every result says so. Absent means true.
   */
  readonly findsPathology?: boolean;
  /** What every reader of a result must know of this version, a sentence each. */
  readonly cautions?: readonly string[];
}

/** True for a trained model whose lesions, and whose lack of lesions, mean nothing. */
export function isBlindToPathology({ isTrained, findsPathology }: ModelIdentity): boolean {
  return isTrained && findsPathology === false;
}
