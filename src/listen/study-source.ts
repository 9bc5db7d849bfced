// The MR images of a study in Orthanc: what an analysis would be made from.
import { shortHash } from '../fingerprint.ts';
import type { OrthancClient } from '../orthanc/client.ts';

export interface StudySource {
  readonly orthancStudyId: string;
  readonly studyInstanceUid: string;
  /** Series of MR images; results of the node are SEG and SR and never among them. */
  readonly seriesInstanceUids: readonly string[];
  readonly orthancSeriesIds: readonly string[];
  readonly instanceCount: number;
  /** The same for the same instances; any instance more or less gives another. */
  readonly sourceKey: string;
  /** When the last MR image came, ms since 1970 by Orthanc's clock. */
  readonly imagesUpdatedAtMs: number;
  /** When anything in the study came last. */
  readonly studyUpdatedAtMs: number;
  /** False while more images of these series are coming in. */
  readonly isStable: boolean;
}

/**
 * Looks up what a study holds; no image is read.
 *
 * @returns undefined when the study has no MR images
 * @throws {NodeError} `not-found` when the study is gone, and as every request to Orthanc
 */
export async function readStudySource(
  client: OrthancClient,
  orthancStudyId: string,
): Promise<StudySource | undefined> {
  const study = await client.study(orthancStudyId);
  const series = (await client.seriesOfStudy(orthancStudyId)).filter((s) => s.modality === 'MR');
  if (series.length === 0) return undefined;
  const instanceIds = series.flatMap((s) => s.orthancInstanceIds);
  return {
    orthancStudyId,
    studyInstanceUid: study.studyInstanceUid,
    seriesInstanceUids: series.map((s) => s.seriesInstanceUid),
    orthancSeriesIds: series.map((s) => s.orthancSeriesId),
    instanceCount: instanceIds.length,
    sourceKey: shortHash(instanceIds.toSorted().join()),
    imagesUpdatedAtMs: Math.max(...series.map((s) => s.updatedAtMs)),
    studyUpdatedAtMs: study.updatedAtMs,
    isStable: series.every((s) => s.isStable),
  };
}
