// What an instance says it is, from the beginning of its file.
import dicomParser, { type DataSet } from 'dicom-parser';
import { NodeError } from '../errors.ts';
import type { InstanceIdentity } from '../instance-identity.ts';

/** Series Instance UID follows the Study Instance UID, so that reading stops before the pixels. */
const STOP_TAG = 'x0020000e';

/**
 * Study, class and instance UID of a DICOM Part 10 file.
 *
 * @param bytes - the file, or as much of its beginning as holds these attributes
 * @throws {NodeError} `not-dicom` when it cannot be parsed
 * @throws {NodeError} `attribute-missing` when one of the three is absent
 */
export function identifyInstance(bytes: Uint8Array): InstanceIdentity {
  const dataSet = parse(bytes);
  const uid = (keyword: string, tag: string): string => {
    const value = dataSet.string(tag);
    if (value === undefined || value === '')
      throw new NodeError('attribute-missing', `expected ${keyword} in the instance, found none`);
    return value;
  };
  return {
    studyInstanceUid: uid('StudyInstanceUID', 'x0020000d'),
    sopClassUid: uid('SOPClassUID', 'x00080016'),
    sopInstanceUid: uid('SOPInstanceUID', 'x00080018'),
  };
}

function parse(bytes: Uint8Array): DataSet {
  try {
    return dicomParser.parseDicom(bytes, { untilTag: STOP_TAG });
  } catch (cause) {
    throw new NodeError('not-dicom', 'expected a DICOM Part 10 file, got something else', {
      cause,
    });
  }
}
