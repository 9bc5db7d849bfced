// Files in encodings that this program does not write itself, made by dcmtk or by hand.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodePart10, encodePart10 } from '../../src/dicom/part10.ts';
import { runTool, withFolder, writeIn } from '../support/dicom-tools.ts';
import { hasCommand } from '../support/has-command.ts';

const dataset = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
  SOPInstanceUID: '2.25.1',
  PatientName: 'Doe^Jane',
  ImageType: ['ORIGINAL', 'PRIMARY'],
  TriggerTime: 12.5,
  NominalCardiacTriggerDelayTime: 33.1,
  FrameIncrementPointer: ['ReferencedSegmentNumber', 'TemporalPositionIndex'],
  Rows: 258,
  PixelRepresentation: 1,
  SmallestImagePixelValue: -3,
  PixelMeasuresSequence: [{ PixelSpacing: [1.25, 0.5] }, { SliceThickness: 8 }],
};

/** A patient name as raw bytes in the character set named. */
function fileWithName(characterSet: string | readonly string[], name: Uint8Array): Uint8Array {
  const placeholder = '#'.repeat(name.length);
  const bytes = Buffer.from(
    encodePart10({
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
      SOPInstanceUID: '2.25.1',
      SpecificCharacterSet: characterSet,
      PatientName: placeholder,
    }),
  );
  bytes.set(name, bytes.indexOf(placeholder));
  return bytes;
}

describe('decodePart10 of what others write', () => {
  for (const [name, option] of [
    ['big endian', '+tb'],
    ['implicit VR', '+ti'],
    ['explicit lengths', '-e'],
    ['group lengths', '+g'],
  ] as const)
    it(`reads ${name}`, function () {
      if (!hasCommand('dcmconv')) {
        console.log('skipped: install dcmtk');
        this.skip();
      }
      withFolder((folder) => {
        const input = writeIn(folder, 'in.dcm', encodePart10(dataset));
        const output = join(folder, 'out.dcm');
        const { status, lines } = runTool('dcmconv', [option, input, output]);
        expect(status, lines.join('\n')).to.equal(0);
        const read = decodePart10(readFileSync(output));
        for (const [keyword, value] of Object.entries(dataset))
          expect(read[keyword], keyword).to.deep.equal(value);
      });
    });

  it('reads names in the character sets of the standard (PS3.5 H to K)', () => {
    const cases: readonly (readonly [string | readonly string[], readonly number[], string])[] = [
      ['ISO_IR 100', [0x4a, 0xf6, 0x72, 0x67], 'Jörg'],
      ['ISO_IR 144', [0xbb, 0xee, 0xda, 0x63], 'Люкc'],
      ['ISO_IR 13', [0xd4, 0xcf, 0xc0, 0xde], 'ﾔﾏﾀﾞ'],
      [
        ['', 'ISO 2022 IR 87'],
        [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x45, 0x44, 0x1b, 0x28, 0x42],
        '山田',
      ],
      ['GB18030', [0xcd, 0xf5, 0x5e, 0x41], '王^A'],
      ['ISO_IR 192', [0xe7, 0x8e, 0x8b, 0x5e], '王^'],
      ['SOMETHING ELSE', [0x4a, 0xf6, 0x72, 0x67], 'Jörg'],
    ];
    for (const [characterSet, bytes, expected] of cases) {
      const read = decodePart10(fileWithName(characterSet, Uint8Array.from(bytes)));
      expect(read.PatientName, String(characterSet)).to.equal(expected);
    }
  });
});
