// DICOM data sets as plain objects by keyword, and their translation to dcmjs' tag form.
// dcmjs' own translation truncates long values, ignores misspelt keywords and logs values.
import type { DcmjsDict } from 'dcmjs';
import { decimalString, integerString } from './decimal-string.ts';
import { entryOf } from './dictionary.ts';

/** Values of OB, OW, OF, OD and UN; 16-bit arrays are written little endian. */
export type BinaryValue = Uint8Array | Uint16Array | Int16Array;

/** One value: a sequence item is a data set, an attribute tag (AT) is the keyword it points to. */
export type NaturalItem = string | number | BinaryValue | NaturalDataset;

/** `null` or `[]` is an attribute without value (type 2), `undefined` one that is not there. */
export type NaturalValue = NaturalItem | readonly NaturalItem[] | null | undefined;

/** Keyword -> value; several values and sequences are arrays. A person name has its DICOM form. */
export interface NaturalDataset {
  readonly [keyword: string]: NaturalValue;
}

const BINARY_VRS = new Set(['OB', 'OW', 'OF', 'OD', 'UN']);
const ASCII_VRS = new Set(['AE', 'AS', 'CS', 'DA', 'DT', 'TM', 'UI', 'UR']);
const FLOAT_VRS = new Set(['FL', 'FD']);
const INTEGER_RANGES: Partial<Record<string, readonly [min: number, max: number]>> = {
  US: [0, 0xffff],
  SS: [-0x8000, 0x7fff],
  UL: [0, 0xffffffff],
  SL: [-0x80000000, 0x7fffffff],
};

/** What decides the VR where the dictionary leaves a choice (PS3.5 A.2, PS3.6). */
interface PixelForm {
  readonly isSigned: boolean;
  readonly bitsAllocated: number;
  readonly isEncapsulated: boolean;
}

/** Attributes about the pixels that decide VRs in the whole data set. */
export function pixelFormOf(dataset: NaturalDataset, isEncapsulated: boolean): PixelForm {
  const { PixelRepresentation, BitsAllocated } = dataset;
  return {
    isSigned: PixelRepresentation === 1,
    bitsAllocated: typeof BitsAllocated === 'number' ? BitsAllocated : 16,
    isEncapsulated,
  };
}

/**
 * Translates to dcmjs' form, every value checked.
 *
 * @throws {RangeError} for a keyword that is not in the dictionary or a value that its VR cannot hold
 */
export function denaturalize(dataset: NaturalDataset, form: PixelForm): DcmjsDict {
  const dict: DcmjsDict = {};
  for (const [keyword, value] of Object.entries(dataset)) {
    if (value === undefined) continue;
    const entry = entryOf(keyword);
    if (entry === undefined) throw new RangeError(`no DICOM attribute has the keyword ${keyword}`);
    const vr = chosenVr(entry.vr, form);
    dict[entry.tag] = { vr, Value: tagValues(keyword, vr, value, form) };
  }
  return dict;
}

function chosenVr(vr: string, form: PixelForm): string {
  switch (vr) {
    case 'ox':
      return form.isEncapsulated || form.bitsAllocated <= 8 ? 'OB' : 'OW';
    case 'xs':
      return form.isSigned ? 'SS' : 'US';
    case 'lt':
      return 'OW';
    case 'up':
      return 'UL';
    default:
      return vr;
  }
}

function tagValues(
  keyword: string,
  vr: string,
  value: Exclude<NaturalValue, undefined>,
  form: PixelForm,
): unknown[] {
  const items: readonly NaturalItem[] = value === null ? [] : isList(value) ? value : [value];
  try {
    return items.map((item) => tagValue(vr, item, form));
  } catch (error) {
    // The value itself may be patient data: only the keyword and the VR are told.
    throw new RangeError(`${keyword} (${vr}) has a value that cannot be written`, { cause: error });
  }
}

function tagValue(vr: string, item: NaturalItem, form: PixelForm): unknown {
  if (isBinary(item)) {
    if (!BINARY_VRS.has(vr)) throw new RangeError('bytes in an attribute that is not binary');
    return exactBuffer(item);
  }
  if (typeof item === 'object') {
    if (vr !== 'SQ') throw new RangeError('a data set in an attribute that is not a sequence');
    return denaturalize(item, form);
  }
  if (vr === 'SQ' || BINARY_VRS.has(vr)) throw new RangeError('expected a data set or bytes');
  return typeof item === 'number' ? numberValue(vr, item) : textValue(vr, item);
}

function numberValue(vr: string, value: number): string | number {
  if (vr === 'DS') return decimalString(value);
  if (vr === 'IS') return integerString(value);
  if (FLOAT_VRS.has(vr)) {
    if (!Number.isFinite(value)) throw new RangeError('expected a finite number');
    return value;
  }
  const range = INTEGER_RANGES[vr];
  if (range === undefined) throw new RangeError('a number in a text attribute');
  if (!Number.isInteger(value) || value < range[0] || value > range[1])
    throw new RangeError(`expected a whole number from ${range[0]} to ${range[1]}`);
  return value;
}

function textValue(vr: string, value: string): string | number {
  if (vr === 'AT') {
    const entry = entryOf(value);
    if (entry === undefined) throw new RangeError('expected the keyword of an attribute');
    return Number.parseInt(entry.tag, 16);
  }
  if (vr in INTEGER_RANGES || FLOAT_VRS.has(vr)) throw new RangeError('text in a number');
  if (ASCII_VRS.has(vr) && !isAscii(value)) throw new RangeError('expected ASCII');
  return value;
}

const isList = (value: NaturalItem | readonly NaturalItem[]): value is readonly NaturalItem[] =>
  Array.isArray(value);

const isBinary = (value: NaturalItem): value is BinaryValue => ArrayBuffer.isView(value);

/** dcmjs writes the whole buffer under a view: it gets one that holds nothing else. */
function exactBuffer(view: BinaryValue): ArrayBuffer {
  const copy = new Uint8Array(view.byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return copy.buffer;
}

// eslint-disable-next-line no-control-regex -- ASCII is what is meant
export const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);
