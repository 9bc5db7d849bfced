// One frame's attributes, wherever its kind of object keeps them: flat in classic MR, in the per-frame
// or shared functional groups in Enhanced MR (PS3.3 C.7.6.16).
import type { DataSet, Element } from 'dicom-parser';

/** Tag as dicom-parser writes it: 'x00280010'. */
export type Tag = `x${string}`;

const SHARED_FUNCTIONAL_GROUPS: Tag = 'x52009229';
const PER_FRAME_FUNCTIONAL_GROUPS: Tag = 'x52009230';

/** Reads attributes of one frame. */
export interface FrameHeader {
  /** Trimmed text of the first value; undefined when absent or empty. */
  readonly text: (tag: Tag, group?: Tag) => string | undefined;
  readonly texts: (tag: Tag, group?: Tag) => readonly string[];
  /** First value of a decimal or integer string. */
  readonly number: (tag: Tag, group?: Tag) => number | undefined;
  readonly numbers: (tag: Tag, group?: Tag) => readonly number[];
  /** Binary values by their value representation. */
  readonly uint16: (tag: Tag) => number | undefined;
  readonly float64: (tag: Tag, group?: Tag) => number | undefined;
  readonly float32: (tag: Tag, group?: Tag) => number | undefined;
  readonly uint32: (tag: Tag, group?: Tag) => number | undefined;
}

/**
 * @param frameIndex - 0-based; undefined for a classic object, whose functional groups are ignored
 *   even when present (a stray empty per-frame sequence in classic objects is real)
 */
export function frameHeader(dataSet: DataSet, frameIndex: number | undefined): FrameHeader {
  const holders = frameIndex === undefined ? [] : functionalGroups(dataSet, frameIndex);
  const holderOf = (tag: Tag, group: Tag | undefined): DataSet | undefined => {
    if (group !== undefined) {
      for (const holder of holders) {
        const item = elementOf(holder, group)?.items?.at(0)?.dataSet;
        if (item !== undefined && elementOf(item, tag) !== undefined) return item;
      }
    }
    return elementOf(dataSet, tag) === undefined ? undefined : dataSet;
  };
  const texts = (tag: Tag, group?: Tag): readonly string[] => {
    const whole = holderOf(tag, group)?.string(tag);
    return whole === undefined || whole === '' ? [] : whole.split('\\').map((s) => s.trim());
  };
  const numbers = (tag: Tag, group?: Tag): readonly number[] =>
    texts(tag, group).map((text) => (text === '' ? Number.NaN : Number(text)));
  const hasValue = (tag: Tag, group?: Tag): DataSet | undefined => {
    const holder = holderOf(tag, group);
    if (holder === undefined) return undefined;
    return (elementOf(holder, tag)?.length ?? 0) > 0 ? holder : undefined;
  };
  return {
    text: (tag, group) => texts(tag, group).at(0),
    texts,
    number: (tag, group) => finite(numbers(tag, group).at(0)),
    numbers,
    uint16: (tag) => hasValue(tag)?.uint16(tag),
    float64: (tag, group) => finite(hasValue(tag, group)?.double(tag)),
    float32: (tag, group) => finite(hasValue(tag, group)?.float(tag)),
    uint32: (tag, group) => hasValue(tag, group)?.uint32(tag),
  };
}

/** The element, or undefined when the data set lacks it. */
export function elementOf(dataSet: DataSet, tag: Tag): Element | undefined {
  return dataSet.elements[tag];
}

function functionalGroups(dataSet: DataSet, frameIndex: number): DataSet[] {
  const own = elementOf(dataSet, PER_FRAME_FUNCTIONAL_GROUPS)?.items?.at(frameIndex)?.dataSet;
  const shared = elementOf(dataSet, SHARED_FUNCTIONAL_GROUPS)?.items?.at(0)?.dataSet;
  return [own, shared].filter((d) => d !== undefined);
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
