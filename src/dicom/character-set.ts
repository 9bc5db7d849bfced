// Text decoders for DICOM's Specific Character Set (PS3.3 C.12.1.1.2).
import { TextDecoder } from 'node:util';

/** Encoding Standard labels; a label covers the ISO 2022 form, whose escapes it reads or does not use. */
const LABELS: Partial<Record<string, string>> = {
  'IR 6': 'latin1',
  'IR 100': 'latin1',
  'IR 101': 'iso-8859-2',
  'IR 109': 'iso-8859-3',
  'IR 110': 'iso-8859-4',
  'IR 126': 'iso-8859-7',
  'IR 127': 'iso-8859-6',
  'IR 138': 'iso-8859-8',
  'IR 144': 'iso-8859-5',
  'IR 148': 'iso-8859-9',
  'IR 203': 'iso-8859-15',
  'IR 166': 'windows-874',
  'IR 13': 'shift_jis',
  'IR 87': 'iso-2022-jp',
  'IR 159': 'iso-2022-jp',
  'IR 149': 'euc-kr',
  'IR 58': 'gb2312',
  'IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/**
 * @param terms - values of SpecificCharacterSet; of several, the last that is known decides, as the
 *   first only covers ASCII in practice
 */
export function textDecoder(terms: readonly string[]): TextDecoder {
  const labels = terms.map(
    (term) => LABELS[term.replace(/^ISO[ _](2022[ _])?/, '').replace('_', ' ')],
  );
  return new TextDecoder(labels.findLast((label) => label !== undefined) ?? 'latin1');
}
