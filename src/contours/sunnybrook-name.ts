// Names of the Sunnybrook Cardiac Data. They tell nothing of a person; names in other folders may.
import { shortHash } from '../fingerprint.ts';

/** `SC-HF-I-07` is patient 7 of group HF-I. */
const PATIENT = /^SC-(?<group>[A-Z]+(?:-[A-Z]+)?)-\d+$/;
/** `SCD0000101` are the images of a patient; as an archive they have an ending. */
const IMAGES = /^SCD\d+(?:\.[a-z]+)*$/;

/** The group that the name of a patient tells, if it is one of the data set's own. */
export function groupOfName(name: string): string | undefined {
  return PATIENT.exec(name)?.groups?.['group'];
}

/** The name as it may be shown and written: one of the data set's own, else a hash of it. */
export function shownName(name: string): string {
  return PATIENT.test(name) || IMAGES.test(name) ? name : shortHash(name);
}
