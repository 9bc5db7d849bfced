// Which network made a result.

/** Identity of one model version, as every result names it. */
export interface ModelIdentity {
  /** Folder name under models/, for example `1.0.0` or `untrained`. */
  readonly version: string;
  /** DICOM Device UID; a new one each time a model is retrained. */
  readonly deviceUid: string;
  /** False for seeded weights: every result must then say so. */
  readonly isTrained: boolean;
}
