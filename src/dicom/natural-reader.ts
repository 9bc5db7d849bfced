// Parsed elements as plain values by keyword. dicom-parser reads: dcmjs' reader gives zeros for
// truncated pixels, drops empty items and ignores the character set inside sequences.
import type { TextDecoder } from 'node:util';
import type { DataSet, Element } from 'dicom-parser';
import { keywordOf, vrOf } from './dictionary.ts';
import { textDecoder } from './character-set.ts';
import type { NaturalDataset, NaturalItem, NaturalValue } from './natural-dataset.ts';

const WHOLE_TEXT_VRS = new Set(['ST', 'LT', 'UT', 'UR']);
const ENCODED_VRS = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
const BYTES_VRS = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'OV', 'UN', 'ox', 'lt']);

interface Context {
  readonly decoder: TextDecoder;
  readonly isSigned: boolean;
}

/** Values of a whole data set by keyword; private and unknown attributes are left out. */
export function naturalize(root: DataSet): NaturalDataset {
  const terms = (root.string('x00080005') ?? '').split('\\').map((term) => term.trim());
  return itemValues(root, {
    decoder: textDecoder(terms),
    isSigned: root.uint16('x00280103') === 1,
  });
}

function itemValues(dataSet: DataSet, context: Context): NaturalDataset {
  const values: Record<string, NaturalValue> = {};
  for (const [tag, element] of Object.entries(dataSet.elements)) {
    const keyword = keywordOf(tag.slice(1));
    // File meta information and the delimiters of items are no part of the data set.
    const isContent = !tag.startsWith('x0002') && !tag.startsWith('xfffe');
    if (keyword !== undefined && isContent)
      values[keyword] = elementValue(dataSet, element, context);
  }
  return values;
}

function elementValue(dataSet: DataSet, element: Element, context: Context): NaturalValue {
  const { items, fragments, tag } = element;
  if (items !== undefined)
    return items.flatMap(({ dataSet: item }) => (item ? [itemValues(item, context)] : []));
  const dictionaryVr = vrOf(tag.slice(1)) ?? 'UN';
  const vr = element.vr === undefined || element.vr === 'UN' ? dictionaryVr : element.vr;
  if (vr === 'SQ') return [];
  if (fragments !== undefined)
    return fragments.map(({ position, length }) => copyOf(dataSet, position, length));
  if (element.length === 0) return null;
  if (BYTES_VRS.has(vr)) return copyOf(dataSet, element.dataOffset, element.length);
  const list = numbersOf(dataSet, element, vr, context) ?? textsOf(dataSet, element, vr, context);
  return list.length === 0 ? null : list.length === 1 ? list[0] : list;
}

/** @returns undefined when the VR is not a binary number */
function numbersOf(
  dataSet: DataSet,
  { tag, length }: Element,
  vr: string,
  context: Context,
): NaturalItem[] | undefined {
  const every = (bytes: number, read: (index: number) => NaturalItem | undefined) =>
    Array.from({ length: Math.floor(length / bytes) }, (_, i) => read(i)).filter(
      (value) => value !== undefined,
    );
  switch (vr) {
    case 'US':
      return every(2, (i) => dataSet.uint16(tag, i));
    case 'SS':
      return every(2, (i) => dataSet.int16(tag, i));
    case 'xs':
      return every(2, (i) => (context.isSigned ? dataSet.int16(tag, i) : dataSet.uint16(tag, i)));
    case 'UL':
    case 'up':
      return every(4, (i) => dataSet.uint32(tag, i));
    case 'SL':
      return every(4, (i) => dataSet.int32(tag, i));
    case 'FL':
      return every(4, (i) => dataSet.float(tag, i));
    case 'FD':
      return every(8, (i) => dataSet.double(tag, i));
    case 'AT':
      return every(4, (i) => pointedTo(dataSet, tag, i));
    default:
      return undefined;
  }
}

function pointedTo(dataSet: DataSet, tag: string, index: number): string {
  const halves = [dataSet.uint16(tag, 2 * index) ?? 0, dataSet.uint16(tag, 2 * index + 1) ?? 0];
  const digits = halves.map((half) => half.toString(16).padStart(4, '0')).join('');
  return keywordOf(digits) ?? digits;
}

function textsOf(dataSet: DataSet, element: Element, vr: string, context: Context): NaturalItem[] {
  const bytes = copyOf(dataSet, element.dataOffset, element.length);
  const text = ENCODED_VRS.has(vr)
    ? context.decoder.decode(bytes)
    : Buffer.from(bytes).toString('latin1');
  const parts = WHOLE_TEXT_VRS.has(vr) ? [text] : text.split('\\');
  const values = parts.map((part) => (WHOLE_TEXT_VRS.has(vr) ? part : part.trimStart()));
  // eslint-disable-next-line no-control-regex -- UI and careless writers pad with NUL
  const trimmed = values.map((value) => value.replace(/[\s\x00]+$/, ''));
  const filled = trimmed.filter((value) => value !== '');
  if (vr !== 'DS' && vr !== 'IS') return filled.length === 0 ? [] : trimmed;
  return filled.map(Number).filter((value) => Number.isFinite(value));
}

function copyOf(dataSet: DataSet, offset: number, length: number): Uint8Array {
  return Uint8Array.from(dataSet.byteArray.subarray(offset, offset + length));
}
